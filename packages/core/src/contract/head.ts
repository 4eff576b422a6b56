// What an internal classifier's head is, as data. Runtimes execute it, onnx-graph emits it, heads writes it.
// All shapes leave out the batch axis. Convolutional features are channels-first: [channels, height, width].

/** Shape of one row, without the batch axis. */
export type RowShape = readonly number[];

/** `max(0, x)`. No parameters. */
export interface ReluLayer {
  readonly kind: 'relu';
}

/** Exact (erf) GELU: `0.5 x (1 + erf(x / sqrt 2))`. No parameters. */
export interface GeluLayer {
  readonly kind: 'gelu';
}

/** `[height, width, channels]` -> `[channels, height, width]`. No parameters. */
export interface ChannelsFirstLayer {
  readonly kind: 'channels-first';
}

/** Parameters: `${name}.weight` `[outChannels, inChannels, kernel, kernel]`, `${name}.bias` `[outChannels]`. */
export interface Conv2dLayer {
  readonly kind: 'conv2d';
  readonly name: string;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  /** Zero padding on all four sides, in pixels; always explicit, never "same". */
  readonly padding: number;
}

/**
 * `alpha * adaptiveMax(x) + (1 - alpha) * adaptiveAverage(x)`, alpha learned and unconstrained.
 * Window `i` of `n` over `size`: `floor(i * size / n)` to `ceil((i + 1) * size / n)`.
 * Parameters: `${name}.alpha` `[1]`.
 */
export interface MixedPoolLayer {
  readonly kind: 'mixed-pool';
  readonly name: string;
  /** `[height, width]` of the output. */
  readonly outputSize: readonly [number, number];
}

/**
 * The parameter-free half of a mixed pool: `[C, H, W]` -> `[2, C, h, w]`, adaptive maxima first, averages second.
 * It stands only in a head's prefix, which is applied before features are cached.
 */
export interface AdaptivePoolsLayer {
  readonly kind: 'adaptive-pools';
  readonly outputSize: readonly [number, number];
}

/** The learned half of a mixed pool: `[2, C, h, w]` -> `[C, h, w]`. Parameters: `${name}.alpha` `[1]`. */
export interface PoolMixLayer {
  readonly kind: 'pool-mix';
  readonly name: string;
}

/** Any shape -> `[elements]`, in row-major order. No parameters. */
export interface FlattenLayer {
  readonly kind: 'flatten';
}

/** `[tokens, width]` -> `[width]`: one token, by index. No parameters. */
export interface TakeTokenLayer {
  readonly kind: 'take-token';
  readonly index: number;
}

/** `[tokens, width]` -> `[width]`: mean over the tokens. No parameters. */
export interface MeanTokensLayer {
  readonly kind: 'mean-tokens';
}

/** Normalises the last axis (biased variance). Parameters: `${name}.weight` `[size]`, `${name}.bias` `[size]`. */
export interface LayerNormLayer {
  readonly kind: 'layer-norm';
  readonly name: string;
  readonly size: number;
  readonly epsilon: number;
}

/**
 * The cascade connection: `[n]` -> `[n + classes]`, the previous IC's logits appended after the features.
 * With `layerNorm` the logits are normalised first. Parameters, only then: `${name}.weight` and `${name}.bias` `[classes]`.
 * Source: Zero Time Waste, section 3. The previous logits are constants to the gradient unless a trainer is told otherwise.
 */
export interface CascadeLayer {
  readonly kind: 'cascade';
  readonly name: string;
  readonly classes: number;
  readonly layerNorm: boolean;
  readonly epsilon: number;
}

/** `W x + b`. Parameters: `${name}.weight` `[outFeatures, inFeatures]`, `${name}.bias` `[outFeatures]`. */
export interface DenseLayer {
  readonly kind: 'dense';
  readonly name: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

export type HeadLayer =
  | ReluLayer
  | GeluLayer
  | ChannelsFirstLayer
  | Conv2dLayer
  | MixedPoolLayer
  | AdaptivePoolsLayer
  | PoolMixLayer
  | FlattenLayer
  | TakeTokenLayer
  | MeanTokensLayer
  | LayerNormLayer
  | CascadeLayer
  | DenseLayer;

/** A head's architecture: from features of one cut to logits `[classes]`. Plain data, JSON-safe. */
export interface HeadSpecification {
  readonly specificationVersion: 'v1';
  /** Name of the family that made it, for reports: `pooled`, `conv`, `pool-conv`, `token`, `swin`. */
  readonly family: string;
  readonly inputShape: RowShape;
  readonly classes: number;
  readonly layers: readonly HeadLayer[];
}

/** One named tensor of learned values, in the canonical layout (ONNX/PyTorch: OIHW, `[out, in]`). */
export interface Parameter {
  readonly shape: readonly number[];
  /** Row-major float32. */
  readonly data: Float32Array;
}

export type HeadParameters = Readonly<Record<string, Parameter>>;

/** A head that can run: its architecture and its learned values. */
export interface Head {
  readonly specification: HeadSpecification;
  readonly parameters: HeadParameters;
}
