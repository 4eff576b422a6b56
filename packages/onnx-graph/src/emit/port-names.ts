// Names that all emitted files share. A runtime need not know the names of the original network.

import type { BundleTensor } from '@ztw/bundle';
import type { ValueInfoProto } from 'onnx-buf';
import type { CutTensor } from '../analysis/cut.ts';
import { type Dimension, valueInfo } from '../graph/build.ts';
import type { Segment } from '../segment/segment.ts';

/** The network's input, in its first stage. */
const networkInput = 'input';
export const previousLogitsName = 'previous_logits';
export const logitsName = 'logits';
export const cachedName = 'cached';
/** Input of a head that is written without a segment. */
export const headFeaturesName = 'features';

const featuresName = (position: number): string => `features_${position}`;
const nextName = (position: number): string => `next_${position}`;

/** Every name that a stage may use for its inputs and outputs. */
export const reservedNames: readonly string[] = [
  networkInput,
  featuresName(0),
  featuresName(1),
  previousLogitsName,
  nextName(0),
  nextName(1),
  cachedName,
  logitsName,
];

/** Inputs of a segment under their shared names, in the same order. */
export function inputPorts({ index, inputs }: Segment): readonly BundleTensor[] {
  return inputs.map(({ rowShape }, position) => ({
    name: index === 0 ? networkInput : featuresName(position),
    rowShape,
  }));
}

/** Tensors of the next cut under their shared names. */
export function outputPorts({ outputs }: Segment): readonly BundleTensor[] {
  return outputs.map(({ rowShape }, position) => ({ name: nextName(position), rowShape }));
}

/** Type and shape of a port: the batch axis is `rows`, or the one number that the network accepts. */
export function portInfo(port: BundleTensor, batch: 'dynamic' | number, elemType?: number): ValueInfoProto {
  const dims: readonly Dimension[] = [batch === 'dynamic' ? 'rows' : batch, ...port.rowShape];
  return elemType === undefined ? valueInfo(port.name, dims) : valueInfo(port.name, dims, elemType);
}

/** Pairs a segment's own tensor names with ports. */
export function pairNames(tensors: readonly CutTensor[], ports: readonly BundleTensor[]): ReadonlyMap<string, string> {
  return new Map(tensors.map(({ name }, position) => [name, ports[position]?.name ?? name]));
}
