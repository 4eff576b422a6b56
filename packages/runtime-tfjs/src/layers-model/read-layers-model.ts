// A LayersModel as a network that can be cut. Its layers are applied to tensors one after the other, as the model
// itself does.

import type { Tensor } from '@tensorflow/tfjs-core';
import { InvalidInputError, UnsupportedModelError } from '@ztw/core';
import type { TensorflowInference } from '../inference/tensorflow-inference.ts';
import { findCuts } from '../network/find-cuts.ts';
import { channelsFirstShape } from '../network/row-layout.ts';
import { segmentNetwork } from '../network/segment-network.ts';
import type { TensorflowNetwork } from '../network/tensorflow-network.ts';
import { fixedShape, refuseChannelsFirst } from './fixed-shape.ts';
import { layerMacs } from './layer-macs.ts';
import { layerUses } from './layer-uses.ts';
import { applyLayer, type LayersModelLike, type LayerUse, type SymbolicTensorLike } from './layers-model.ts';

export interface ReadLayersModelOptions {
  /** The module with whose engine the model was made. */
  readonly tf: TensorflowInference;
  /** Remains the caller's: its weights are neither copied nor disposed, and its graph is not changed. */
  readonly model: LayersModelLike;
}

/** Layers that only move values. */
const movingLayers: ReadonlySet<string> = new Set([
  'Dropout',
  'Flatten',
  'GaussianNoise',
  'InputLayer',
  'Permute',
  'Reshape',
  'SpatialDropout1D',
  'SpatialDropout2D',
  'ZeroPadding2D',
]);

/**
 * Finds the legal cuts and the cost of a LayersModel, functional or sequential, nested or not.
 * @throws UnsupportedModelError for several inputs or outputs, sizes that are not fixed, channels-first layers, or a
 *   layer whose cost is unknown.
 */
export function readLayersModel({ tf, model }: ReadLayersModelOptions): TensorflowNetwork {
  const { input, output, uses } = layerUses(model);
  const nameOf = new Map(uses.map((use) => [use.output, use.name]));
  const nodes = uses.map((use) => {
    refuseChannelsFirst(use);
    const rowShape = fixedShape(model, use.output);
    return {
      name: use.name,
      inputs: use.inputs.flatMap((tensor) => nameOf.get(tensor) ?? []),
      rowShape,
      macs: layerMacs(use.layer, fixedShape(model, use.inputs[0] ?? input), rowShape),
      moves: movingLayers.has(use.layer.getClassName()),
    };
  });
  const outputShape = fixedShape(model, output);
  const [classes] = outputShape;
  if (classes === undefined || outputShape.length !== 1) {
    throw new UnsupportedModelError(
      `Expected one value per class at the end of "${model.name}"; received rows of [${outputShape.join(', ')}]. ` +
        'Use a classifier whose output has the axes [rows, classes].',
      { expected: ['classes'], received: outputShape, path: model.name },
    );
  }
  const byName = new Map(uses.map((use) => [use.name, use]));
  const schedules = new Map<string, readonly ScheduledUse[]>();
  const network: TensorflowNetwork = {
    name: model.name,
    inputShape: channelsFirstShape(fixedShape(model, input)),
    classes,
    returns: isSoftmax(uses.at(-1)) ? 'probabilities' : 'logits',
    backboneMacs: nodes.reduce((sum, { macs }) => sum + macs, 0),
    cuts: findCuts(nodes),
    run(from, to, value) {
      const start = from === null ? input : useNamed(model, byName, from).output;
      const end = to === null ? output : useNamed(model, byName, to).output;
      const key = JSON.stringify([from, to]);
      const schedule = schedules.get(key) ?? scheduleUses(uses, start, end);
      schedules.set(key, schedule);
      return runUses(tf, schedule, start, end, value);
    },
    segment: (options) => segmentNetwork({ tf, network, ...options }),
  };
  return network;
}

function useNamed(model: LayersModelLike, byName: ReadonlyMap<string, LayerUse>, name: string): LayerUse {
  const use = byName.get(name);
  if (use === undefined)
    throw new InvalidInputError(
      `Expected a layer between the input and the output of "${model.name}"; received "${name}". Use the names of its cuts.`,
      { received: name, path: model.name },
    );
  return use;
}

/** A use of a layer, and the tensors that no later use reads. */
interface ScheduledUse {
  readonly use: LayerUse;
  readonly lastReads: readonly SymbolicTensorLike[];
}

function scheduleUses(
  uses: readonly LayerUse[],
  start: SymbolicTensorLike,
  end: SymbolicTensorLike,
): readonly ScheduledUse[] {
  const needed = new Set([end]);
  const schedule: ScheduledUse[] = [];
  for (const use of uses.toReversed()) {
    if (use.output === start || !needed.has(use.output)) continue;
    // The tensors at both ends are not disposed here.
    const lastReads = [...new Set(use.inputs)].filter((tensor) => !needed.has(tensor) && tensor !== start);
    for (const tensor of use.inputs) needed.add(tensor);
    schedule.push({ use, lastReads });
  }
  return schedule.toReversed();
}

function runUses(
  tf: TensorflowInference,
  schedule: readonly ScheduledUse[],
  start: SymbolicTensorLike,
  end: SymbolicTensorLike,
  value: Tensor,
): Tensor {
  const live = new Map<SymbolicTensorLike, Tensor>();
  const read = (tensor: SymbolicTensorLike): Tensor => (tensor === start ? value : (live.get(tensor) as Tensor));
  try {
    for (const { use, lastReads } of schedule) {
      const result = tf.engine().tidy(() => {
        const applied = applyLayer(use, use.inputs.map(read));
        // A layer that does nothing returns its input, which may have another owner.
        return use.inputs.some((tensor) => read(tensor) === applied) ? applied.clone() : applied;
      });
      live.set(use.output, tf.keep(result));
      for (const tensor of lastReads) {
        live.get(tensor)?.dispose();
        live.delete(tensor);
      }
    }
    const result = read(end);
    live.delete(end);
    return result;
  } finally {
    for (const tensor of live.values()) tensor.dispose();
  }
}

function isSoftmax(use: LayerUse | undefined): boolean {
  if (use === undefined) return false;
  const { activation } = use.layer.getConfig() as { readonly activation?: string };
  return use.layer.getClassName() === 'Softmax' || activation === 'softmax';
}
