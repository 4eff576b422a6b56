import type { AnalyseGraphOptions } from '@ztw/onnx-graph';
import { type WholeModel, wholeModel } from '@ztw/runtime-onnx';
import type { Network } from '../runtime/network.ts';
import type { LoadedRuntime } from '../runtime/onnx-runtime.ts';

/**
 * Opens a network uncut, with the threads that its stages get: the yardstick of every measured time.
 * @throws InvalidModelError, RuntimeFailureError for one that does not load.
 */
export function openWholeNetwork(
  { bytes, analysis }: Network,
  graph: AnalyseGraphOptions,
  runtime: LoadedRuntime,
): Promise<WholeModel> {
  return wholeModel({
    ort: runtime.ort,
    ...runtime.stagedSettings,
    bytes,
    inputShape: analysis.input.rowShape,
    classes: analysis.classes,
    input: analysis.input.name,
    // The file's own output, which may lie behind a softmax that the stages leave out.
    output: graph.output ?? analysis.source.model.graph.output[0]?.name ?? analysis.output.name,
    batch: analysis.batch,
  });
}
