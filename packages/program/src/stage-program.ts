// A stage model as a plain list of tensor operations: for runtimes that do not read ONNX files.
// Everything that depends on ONNX is settled when the program is written: operator versions, attributes and their defaults, shapes, and the
// order in which tensors keep their axes. A runtime only has to carry the steps out, one after the other, on row-major float32 tensors.

import type { RowShape } from '@ztw/core';

/** Length of an axis: fixed, or a multiple of the number of rows. */
export type ProgramSize = number | { readonly perRow: number };

/** A tensor that goes into a program or comes out of it, first axis the rows. */
export interface ProgramPort {
  readonly name: string;
  /** Shape of one row as it lies in memory: images as `[height, width, channels]` where the program keeps them so. */
  readonly rowShape: RowShape;
}

export interface StageProgram {
  readonly format: 'ztw-stage-program';
  readonly version: 1;
  /** Feature inputs, in the order of the stage's own. */
  readonly inputs: readonly ProgramPort[];
  /** Name under which steps read the logits of the stage before; null without cascade. */
  readonly previousLogits: string | null;
  /** Tensors of the next cut, in the order of the stage's own; each is the output of a step. */
  readonly outputs: readonly ProgramPort[];
  /** The step output that holds the logits `[rows, classes]`. */
  readonly logits: string;
  /** Names read are inputs, stored weights, or outputs of earlier steps. */
  readonly steps: readonly ProgramStep[];
}

/** What follows a convolution or dense layer within the same step. */
export type ProgramActivation = 'relu' | 'relu6' | null;

interface Step<Operator extends string> {
  readonly operator: Operator;
  /** Name of the result; no two steps share one. */
  readonly output: string;
}

interface UnaryStep<Operator extends string> extends Step<Operator> {
  readonly input: string;
}

/**
 * Convolution of `[rows, height, width, channels]`.
 * The filter is `[height, width, in, out]`; for `depthwise-conv2d` `[height, width, in, multiplier]`, where output channel `c * multiplier + m`
 * comes from input channel `c`.
 */
export interface ConvolutionStep extends UnaryStep<'conv2d' | 'depthwise-conv2d'> {
  readonly filter: string;
  /** `[out]` */
  readonly bias: string | null;
  readonly strides: readonly [number, number];
  /** Zeros before and after: top, bottom, left, right. */
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
  readonly activation: ProgramActivation;
}

/** Pooling of `[rows, height, width, channels]`; padding never counts, neither as a maximum nor in a mean. */
export interface PoolStep extends UnaryStep<'max-pool' | 'average-pool'> {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  /** Top, bottom, left, right. */
  readonly pads: readonly [number, number, number, number];
}

/** `[..., in]` times `[in, out]`, plus `[out]`. */
export interface DenseStep extends UnaryStep<'dense'> {
  readonly weight: string;
  readonly bias: string | null;
  readonly activation: ProgramActivation;
}

/** `[..., m, k]` times `[..., k, n]`; one factor may lack leading axes of the other, and is repeated then. */
export interface MatMulStep extends Step<'matmul'> {
  readonly left: string;
  readonly right: string;
}

export type ProgramFunction =
  | 'relu'
  | 'relu6'
  | 'sigmoid'
  | 'tanh'
  | 'erf'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'abs'
  | 'neg'
  | 'elu'
  | 'selu'
  | 'softplus'
  | 'reciprocal';

/** One function on every value. */
export interface FunctionStep extends UnaryStep<'function'> {
  readonly function: ProgramFunction;
}

/** `min(max(x, minimum), maximum)`; null for no limit. */
export interface ClipStep extends UnaryStep<'clip'> {
  readonly minimum: number | null;
  readonly maximum: number | null;
}

/** `x` where positive, else `slope * x`. */
export interface LeakyReluStep extends UnaryStep<'leaky-relu'> {
  readonly slope: number;
}

export type ProgramBinaryFunction = 'add' | 'subtract' | 'multiply' | 'divide' | 'power' | 'minimum' | 'maximum';

/** Value by value; shapes broadcast from the right. */
export interface BinaryStep extends Step<'binary'> {
  readonly function: ProgramBinaryFunction;
  readonly left: string;
  readonly right: string;
}

export interface ReduceStep extends UnaryStep<'reduce'> {
  readonly function: 'mean' | 'sum' | 'maximum' | 'minimum';
  readonly axes: readonly number[];
  /** Whether the axes stay, with length 1. */
  readonly keepAxes: boolean;
}

/** Over the last axis. */
export interface SoftmaxStep extends UnaryStep<'softmax'> {}

/** `(x - mean) / sqrt(variance + epsilon) * weight + bias` over the last axis, with the biased variance. */
export interface LayerNormStep extends UnaryStep<'layer-norm'> {
  readonly weight: string;
  readonly bias: string | null;
  readonly epsilon: number;
}

export interface ReshapeStep extends UnaryStep<'reshape'> {
  readonly shape: readonly ProgramSize[];
}

/** Axis `i` of the result is axis `permutation[i]` of the input. */
export interface TransposeStep extends UnaryStep<'transpose'> {
  readonly permutation: readonly number[];
}

export interface ConcatStep extends Step<'concat'> {
  readonly inputs: readonly string[];
  readonly axis: number;
}

/** `length` entries of one axis: `start`, `start + stride`, ... */
export interface SliceStep extends UnaryStep<'slice'> {
  readonly axis: number;
  readonly start: number;
  readonly length: number;
  readonly stride: number;
}

/** Constant values around the tensor. */
export interface PadStep extends UnaryStep<'pad'> {
  /** One pair `[before, after]` per axis. */
  readonly pads: readonly (readonly [number, number])[];
  readonly value: number;
}

/** The named entries of one axis, in the given order. */
export interface GatherStep extends UnaryStep<'gather'> {
  readonly axis: number;
  readonly indices: readonly number[];
}

/** Copies of the tensor along each axis. */
export interface TileStep extends UnaryStep<'tile'> {
  readonly repeats: readonly ProgramSize[];
}

export type ProgramStep =
  | ConvolutionStep
  | PoolStep
  | DenseStep
  | MatMulStep
  | FunctionStep
  | ClipStep
  | LeakyReluStep
  | BinaryStep
  | ReduceStep
  | SoftmaxStep
  | LayerNormStep
  | ReshapeStep
  | TransposeStep
  | ConcatStep
  | SliceStep
  | PadStep
  | GatherStep
  | TileStep;
