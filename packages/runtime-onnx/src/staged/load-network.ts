// From the description of a network to a model that runs. Bundles hold such descriptions; `compileNetwork` of
// `@ztw/onnx-graph` makes them.

import { type BundleNetworkSource, type BundleStage, type BundleTensor, describeStage } from '@ztw/bundle';
import type { RuntimeModel } from '@ztw/core/runtime';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { openRowGraph, type RowPort } from '../rows/row-graph.ts';
import { type OnnxStage, onnxStagedModel } from './onnx-staged-model.ts';
import { stageModel } from './stage-model.ts';

export interface LoadNetworkOptions extends BundleNetworkSource, SessionSettings {
  readonly ort: OnnxRuntime;
}

/**
 * Opens one session per stage.
 * @throws InvalidModelError when the graph of a stage does not have the tensors that its description names.
 * @throws RuntimeFailureError when ONNX Runtime refuses a graph. Errors of `readFile` pass through. After a failure,
 *   sessions that were already open are released.
 */
export async function loadNetwork(options: LoadNetworkOptions): Promise<RuntimeModel> {
  const { network, classes, inputs } = options;
  const stages: OnnxStage[] = [];
  try {
    for (const [index, stage] of network.stages.entries()) {
      stages.push(await openStage(options, stage, index));
    }
  } catch (error) {
    for (const stage of stages) {
      await stage.graph.release();
    }
    throw error;
  }
  return onnxStagedModel({
    name: network.name,
    classes,
    labels: options.labels ?? null,
    inputs,
    backboneMacs: network.backboneMacs,
    stages,
  });
}

async function openStage(options: LoadNetworkOptions, stage: BundleStage, stageIndex: number): Promise<OnnxStage> {
  const { ort, network, readFile, classes } = options;
  const logits = (name: string): RowPort => ({ name, rowShape: [classes], type: 'float32' });
  const { bytes, settings } = await stageModel(ort, stage, readFile, options);
  const graph = await openRowGraph({
    ort,
    bytes,
    what: `stage ${stageIndex} ("${stage.name}") of "${network.name}"`,
    inputs: [...stage.inputs.map(portOf), ...(stage.previousLogits === null ? [] : [logits(stage.previousLogits)])],
    outputs: [...stage.outputs.map(portOf), logits(stage.logits)],
    batch: network.batch,
    settings,
  });
  return { description: describeStage(stage), graph };
}

function portOf({ name, rowShape, type = 'float32' }: BundleTensor): RowPort {
  return { name, rowShape, type };
}
