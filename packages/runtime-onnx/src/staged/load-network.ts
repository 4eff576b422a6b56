// From a network's description, as bundles hold it and `compileNetwork` of `@ztw/onnx-graph` makes it, to a model that
// runs.

import type { BundleNetwork, BundleStage } from '@ztw/bundle';
import type { RowShape, StageDescription, StagedModel } from '@ztw/core';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { openRowGraph, type RowPort } from '../rows/row-graph.ts';
import type { OnnxFeatures } from './onnx-features.ts';
import { type OnnxStage, OnnxStagedModel } from './onnx-staged-model.ts';

export interface LoadNetworkOptions extends SessionSettings {
  readonly ort: OnnxRuntime;
  readonly network: BundleNetwork;
  /** Bytes of a stage's model by its path. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly classes: number;
  readonly labels?: readonly string[] | null;
  readonly inputShape: RowShape;
}

/**
 * Opens one session per stage.
 * @throws InvalidModelError when a stage's graph does not have the tensors that its description names;
 *   RuntimeFailureError when ONNX Runtime refuses it; whatever `readFile` throws. Sessions that were opened before the
 *   failure are released.
 */
export async function loadNetwork(options: LoadNetworkOptions): Promise<StagedModel<OnnxFeatures>> {
  const { network, classes, inputShape } = options;
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
  return new OnnxStagedModel({
    name: network.name,
    classes,
    labels: options.labels ?? null,
    inputShape,
    backboneMacs: network.backboneMacs,
    stages,
  });
}

async function openStage(options: LoadNetworkOptions, stage: BundleStage, stageIndex: number): Promise<OnnxStage> {
  const { ort, network, readFile, classes } = options;
  const logits = (name: string): RowPort => ({ name, rowShape: [classes], type: 'float32' });
  const features = (tensors: BundleStage['inputs']): RowPort[] =>
    tensors.map((tensor) => ({ ...tensor, type: 'float32' }));
  const graph = await openRowGraph({
    ort,
    bytes: await readFile(stage.model),
    what: `stage ${stageIndex} ("${stage.name}") of "${network.name}"`,
    inputs: [...features(stage.inputs), ...(stage.previousLogits === null ? [] : [logits(stage.previousLogits)])],
    outputs: [...features(stage.outputs), logits(stage.logits)],
    batch: network.batch,
    settings: options,
  });
  return { description: describeStage(stage), graph };
}

/** A stage of the first network of a chain, as the core sees it. */
export function describeStage(stage: BundleStage): StageDescription {
  return {
    name: stage.name,
    network: 0,
    isFinal: stage.head === null,
    usesPreviousLogits: stage.previousLogits !== null,
    segmentMacs: stage.segmentMacs,
    headMacs: stage.headMacs,
  };
}
