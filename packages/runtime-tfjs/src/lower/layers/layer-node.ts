import { UnsupportedModelError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import { knownActivations, writeActivation } from '../activation.ts';
import type { NodeWriter } from '../node-writer.ts';
import { noPads, type Pads, type Pair, samePads } from '../window.ts';

/** One use of a layer, with all that its lowering needs. Shapes are row shapes. */
export interface LayerNode {
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of its inputs in the program. */
  readonly inputs: readonly [string, ...string[]];
  readonly inputShapes: readonly [readonly number[], ...(readonly number[])[]];
  readonly outputShape: readonly number[];
  /** In the order of the layer's own weights. */
  readonly weights: readonly Parameter[];
}

/** Writes a layer. @returns the name of its result. */
export type LayerLowering = (node: LayerNode, writer: NodeWriter) => string;

/** @throws UnsupportedModelError always, naming the layer. */
export function refuseLayer({ name, className }: LayerNode, reason: string): never {
  throw new UnsupportedModelError(`layer "${name}" (${className}): ${reason}`, { received: className, path: name });
}

/** Writes the activation of a layer after its linear part. */
export function activated(node: LayerNode, writer: NodeWriter, linear: string): string {
  const { activation = 'linear' } = node.config as { readonly activation?: string };
  const result = writeActivation(writer, activation, linear, node.outputShape.length + 1);
  if (result !== null) return result;
  return refuseLayer(
    node,
    `the activation "${activation}" is not supported. Supported are ${knownActivations.join(', ')}.`,
  );
}

/** Stores a weight of the layer in the program. @returns its name. */
export function storeWeight(node: LayerNode, writer: NodeWriter, position: number, part: string): string {
  const weight = node.weights[position];
  if (weight === undefined) return refuseLayer(node, `it has no ${part}; build or load the model with its weights.`);
  return writer.store(part, weight.shape, weight.data);
}

/** Both values of a size. One number stands for both. */
export function pairOf(value: unknown, missing: number): Pair {
  if (Array.isArray(value)) return [value[0] ?? missing, value[1] ?? value[0] ?? missing];
  return typeof value === 'number' ? [value, value] : [missing, missing];
}

/** The padding of a window, from the layer's `padding`. */
export function padsOf(node: LayerNode, window: Pair, strides: Pair, dilations: Pair = [1, 1]): Pads {
  const { padding = 'valid' } = node.config;
  const [height = 1, width = 1] = node.inputShapes[0];
  if (padding === 'same') return samePads([height, width], window, strides, dilations);
  return padding === 'valid'
    ? noPads
    : refuseLayer(node, `the padding "${padding}" is not supported. Supported are same and valid.`);
}

/** The position of an axis, where the row axis is 0. */
export function axisOf({ inputShapes: [shape] }: LayerNode, axis: number): number {
  return axis < 0 ? axis + shape.length + 1 : axis;
}
