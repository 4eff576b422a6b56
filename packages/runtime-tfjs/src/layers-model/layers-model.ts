// The parts of a LayersModel of `@tensorflow/tfjs-layers` that are read here, as types of our own: this package does
// not import it.

import type { Tensor } from '@tensorflow/tfjs-core';

/** A tensor of the model's own graph. */
export interface SymbolicTensorLike {
  readonly shape: readonly (number | null)[];
  readonly sourceLayer: LayerLike;
  readonly nodeIndex: number;
  readonly tensorIndex: number;
}

/** A layer. It may have several uses. */
export interface LayerLike {
  readonly name: string;
  readonly weights: readonly { readonly shape: readonly (number | null)[] }[];
  /** One per use of the layer. */
  readonly inboundNodes: readonly { readonly inputTensors: readonly SymbolicTensorLike[] }[];
  /** The values of `weights`, in the same order. They belong to the layer. */
  getWeights(): readonly Tensor[];
  getClassName(): string;
  getConfig(): object;
  // biome-ignore lint/suspicious/noExplicitAny: the layer's own declaration is wider than any type that could be named without its package
  apply(inputs: any, kwargs?: any): any;
}

/** A LayersModel, functional or sequential. */
export interface LayersModelLike {
  readonly name: string;
  readonly inputs: readonly SymbolicTensorLike[];
  readonly outputs: readonly SymbolicTensorLike[];
}

/** One use of a layer. */
export interface LayerUse {
  /** The layer's name, with the number of the use where it is not the first. */
  readonly name: string;
  readonly layer: LayerLike;
  readonly inputs: readonly SymbolicTensorLike[];
  readonly output: SymbolicTensorLike;
}

/** Runs a layer on tensors. This adds no use of it to any graph. */
export function applyLayer({ layer, inputs }: LayerUse, values: readonly Tensor[]): Tensor {
  return layer.apply(inputs.length === 1 ? values[0] : [...values], { training: false }) as Tensor;
}
