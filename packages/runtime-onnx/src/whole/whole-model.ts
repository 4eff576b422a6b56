// The uncut network as a function from rows to logits: the baseline that early exit is compared with.

import type { InputBatch, InputTensor, RowShape } from '@ztw/core';
import { checkInputBatch, denseInputs, UseGuard } from '@ztw/core/runtime';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { openRowGraph } from '../rows/row-graph.ts';

export interface WholeModelOptions extends SessionSettings {
  readonly ort: OnnxRuntime;
  /** The complete ONNX file. */
  readonly bytes: Uint8Array;
  readonly inputShape: RowShape;
  readonly classes: number;
  /** Name of the network's input. Default `input`. */
  readonly input?: string;
  /** Name of the output with the logits. Default `logits`. */
  readonly output?: string;
  /** `dynamic` (default), or the one number of rows that the graph accepts. */
  readonly batch?: 'dynamic' | number;
}

export interface WholeModel {
  readonly classes: number;
  readonly inputShape: RowShape;
  /**
   * Runs the network on all rows.
   * @returns logits `[rows, classes]`.
   * @throws InvalidInputError for a wrong length or a value that is not finite; DisposedError; RuntimeFailureError.
   */
  runWhole(input: InputBatch): Promise<Float32Array>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens an uncut network.
 * @throws InvalidModelError when it has other inputs or lacks the output; RuntimeFailureError when ONNX Runtime refuses
 *   it.
 */
export async function wholeModel(options: WholeModelOptions): Promise<WholeModel> {
  const { ort, bytes, inputShape, classes, input = 'input', output = 'logits', batch = 'dynamic' } = options;
  const guard = new UseGuard('The whole network');
  const graph = await openRowGraph({
    ort,
    bytes,
    what: 'the whole network',
    inputs: [{ name: input, rowShape: inputShape, type: 'float32' }],
    outputs: [{ name: output, rowShape: [classes], type: 'float32' }],
    batch,
    settings: options,
  });
  return {
    classes,
    inputShape,
    runWhole: (rows) =>
      guard.use(async () => {
        const { inputs } = checkInputBatch(rows, denseInputs(inputShape));
        const [logits] = await graph.run([inputs.input as InputTensor], rows.rows);
        return logits?.data as Float32Array;
      }),
    [Symbol.asyncDispose]: () => guard.dispose(() => graph.release()),
  };
}
