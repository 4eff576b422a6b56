import { UnsupportedModelError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import { knownActivations, writeActivation } from '../activation.ts';
import type { NodeWriter } from '../node-writer.ts';
import { noPads, type Pads, type Pair, samePads } from '../window.ts';

/** One use of a layer, as its lowering sees it. Shapes are those of rows. */
export interface LayerNode {
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of what it reads, in the program. */
  readonly inputs: readonly [string, ...string[]];
  readonly inputShapes: readonly [readonly number[], ...(readonly number[])[]];
  readonly outputShape: readonly number[];
  /** In the order of the layer's own. */
  readonly weights: readonly Parameter[];
}

/** Writes a layer. @returns the name of its result. */
export type LayerLowering = (node: LayerNode, writer: NodeWriter) => string;

/** @throws UnsupportedModelError always, naming the layer. */
export function refuseLayer({ name, className }: LayerNode, reason: string): never {
  throw new UnsupportedModelError(`layer "${name}" (${className}): ${reason}`);
}

/** The activation that belongs to a layer, after what the layer computes. */
export function activated(node: LayerNode, writer: NodeWriter, linear: string): string {
  const { activation = 'linear' } = node.config as { readonly activation?: string };
  const result = writeActivation(writer, activation, linear, node.outputShape.length + 1);
  if (result !== null) return result;
  return refuseLayer(
    node,
    `the activation "${activation}" is not supported. Supported are ${knownActivations.join(', ')}.`,
  );
}

/** A stored weight of the layer under a name of the program. */
export function storeWeight(node: LayerNode, writer: NodeWriter, position: number, part: string): string {
  const weight = node.weights[position];
  if (weight === undefined) return refuseLayer(node, `it has no ${part}; build or load the model with its weights.`);
  return writer.store(part, weight.shape, weight.data);
}

/** Both values of a size that may be given as one number. */
export function pairOf(value: unknown, missing: number): Pair {
  if (Array.isArray(value)) return [value[0] ?? missing, value[1] ?? value[0] ?? missing];
  return typeof value === 'number' ? [value, value] : [missing, missing];
}

/** The padding of a window by the layer's `padding`. */
export function padsOf(node: LayerNode, window: Pair, strides: Pair, dilations: Pair = [1, 1]): Pads {
  const { padding = 'valid' } = node.config;
  const [height = 1, width = 1] = node.inputShapes[0];
  if (padding === 'same') return samePads([height, width], window, strides, dilations);
  return padding === 'valid'
    ? noPads
    : refuseLayer(node, `the padding "${padding}" is not supported, only same and valid.`);
}

/** An axis counted with that of the rows. */
export function axisOf({ inputShapes: [shape] }: LayerNode, axis: number): number {
  return axis < 0 ? axis + shape.length + 1 : axis;
}
