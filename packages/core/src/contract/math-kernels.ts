import type { RowShape } from './tensor.ts';

/** Values of a batch between two layers. The activation owns the arrays; nothing else writes to them. */
export interface Activation {
  readonly rows: number;
  readonly shape: RowShape;
  /** `[rows, ...shape]` */
  values(): Float32Array;
  /** `[rows, height, width, channels]`; only for rows of shape `[channels, height, width]`. */
  channelsLast(): Float32Array;
  /** `[channels, height, width, rows]`; only for rows of shape `[channels, height, width]`. */
  rowsLast(): Float32Array;
}

/** Sizes of one two-dimensional convolution with zero padding on all sides. */
export interface ConvolutionGeometry {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  /** Of the input. */
  readonly height: number;
  readonly width: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/** The few expensive operations of training, over host arrays. The implementation decides where they run. */
export interface MathKernels {
  /** `a b`: `[m, k]` x `[k, n]` -> `[m, n]` */
  matMul(a: Float32Array, b: Float32Array, m: number, k: number, n: number): Float32Array;
  /**
   * Convolution without bias.
   * @param weight `[outChannels, inChannels, kernelSize, kernelSize]`
   * @param output Receives `[rows, outChannels, outHeight, outWidth]`.
   */
  convolve(input: Activation, weight: Float32Array, geometry: ConvolutionGeometry, output: Float32Array): void;
  /**
   * @param gradient `[rows, outChannels, outHeight, outWidth]`
   * @param output Receives the gradient with respect to the weight, `[outChannels, inChannels, kernelSize,
   *   kernelSize]`.
   */
  convolutionFilterGradient(
    input: Activation,
    gradient: Float32Array,
    geometry: ConvolutionGeometry,
    output: Float32Array,
  ): void;
  /**
   * @param gradient `[rows, outChannels, outHeight, outWidth]`
   * @param output Receives the gradient with respect to the input, `[rows, inChannels, height, width]`.
   */
  convolutionInputGradient(
    weight: Float32Array,
    gradient: Float32Array,
    rows: number,
    geometry: ConvolutionGeometry,
    output: Float32Array,
  ): void;
}
