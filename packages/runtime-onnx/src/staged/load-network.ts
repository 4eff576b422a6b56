// From the description of a network to a model that runs. Bundles hold such descriptions; `compileNetwork` of
// `@ztw/onnx-graph` makes them.

import {
  type ArrivingNetwork,
  allStages,
  type BundleNetworkSource,
  type BundleStage,
  type BundleTensor,
  describeStage,
} from '@ztw/bundle';
import type { RuntimeModel } from '@ztw/core/runtime';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { openRowGraph, type RowGraph, type RowPort } from '../rows/row-graph.ts';
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
  return allStages(openNetwork(options));
}

/** Opens the session of each stage as soon as its files have arrived. */
export function openNetwork(options: LoadNetworkOptions): ArrivingNetwork & { readonly model: RuntimeModel } {
  const { network, classes, inputs } = options;
  const stages = network.stages.map((stage, index): OnnxStage => {
    return { description: describeStage(stage), graph: openStage(options, stage, index) };
  });
  const model = onnxStagedModel({
    name: network.name,
    classes,
    labels: options.labels ?? null,
    inputs,
    backboneMacs: network.backboneMacs,
    stages,
  });
  return { model, stages: stages.map(({ graph }) => arrival(graph)) };
}

/** Fails as the stage does, but not as an unhandled rejection: nobody may be waiting for the stage yet. */
function arrival(graph: Promise<RowGraph>): Promise<void> {
  const arrived = graph.then(() => undefined);
  arrived.catch(() => undefined);
  return arrived;
}

async function openStage(options: LoadNetworkOptions, stage: BundleStage, stageIndex: number): Promise<RowGraph> {
  const { ort, network, readFile, classes } = options;
  const logits = (name: string): RowPort => ({ name, rowShape: [classes], type: 'float32' });
  const { bytes, settings } = await stageModel(ort, stage, readFile, options);
  return openRowGraph({
    ort,
    bytes,
    what: `stage ${stageIndex} ("${stage.name}") of "${network.name}"`,
    inputs: [...stage.inputs.map(portOf), ...(stage.previousLogits === null ? [] : [logits(stage.previousLogits)])],
    outputs: [...stage.outputs.map(portOf), logits(stage.logits)],
    batch: network.batch,
    settings,
  });
}

function portOf({ name, rowShape, type = 'float32' }: BundleTensor): RowPort {
  return { name, rowShape, type };
}
