// A small network with reproducible weights: convolutional at first, dense at the end, with an IC after every segment.

import type { CascadeLayer, Conv2dLayer, DenseLayer, HeadLayer, HeadParameters, RowShape } from '../contract/head.ts';
import type { ReferenceHead, ReferenceNetwork, ReferenceSegment } from './reference-network.ts';
import { seededValues } from './seeded-values.ts';

export interface SeededNetworkOptions {
  readonly name: string;
  readonly seed: number;
  readonly classes: number;
  /** Whether each IC but the first sees the logits of the one before. */
  readonly cascade: boolean;
  /** Whether the first IC, too, sees logits: those of the network before it in a chain. */
  readonly followsNetwork: boolean;
  /** Factor on the ICs' dense weights: larger ones make the predictions more confident. */
  readonly confidence: number;
  /** False leaves the ICs and cuts out: one final stage. */
  readonly internalClassifiers: boolean;
}

/** The defaults of `seededNetwork`. */
export const seededNetworkDefaults: SeededNetworkOptions = {
  name: 'seeded',
  seed: 1,
  classes: 4,
  cascade: true,
  followsNetwork: false,
  confidence: 3,
  internalClassifiers: true,
};

/** Shape of one input row of a seeded network: channels, height, width. */
export const seededInputShape: RowShape = [2, 6, 6];

/**
 * A network of four segments, `[2, 6, 6]` -> `[4, 6, 6]` -> `[6, 3, 3]` -> `[12]` -> `[classes]`, and three ICs.
 * Whatever the options, networks of one seed and number of classes have the same backbone.
 */
export function seededNetwork(options: Partial<SeededNetworkOptions> = {}): ReferenceNetwork {
  const { name, seed, classes, cascade, followsNetwork, confidence, internalClassifiers } = {
    ...seededNetworkDefaults,
    ...options,
  };
  const relu: HeadLayer = { kind: 'relu' };
  const flatten: HeadLayer = { kind: 'flatten' };
  const conv0 = convolution('conv0', 2, 4, 1);
  const conv1 = convolution('conv1', 4, 6, 2);
  const dense2 = dense('dense2', 54, 12);
  const dense3 = dense('dense3', 12, classes);

  const segments = [
    segmentOf('conv0', [2, 6, 6], [conv0, relu], seed, 4 * 2 * 9 * 36),
    segmentOf('conv1', [4, 6, 6], [conv1, relu], seed + 1, 6 * 4 * 9 * 9),
    segmentOf('dense2', [6, 3, 3], [flatten, dense2, relu], seed + 2, 54 * 12),
    segmentOf('final', [12], [dense3], seed + 3, 12 * classes),
  ];
  const labels = Array.from({ length: classes }, (_, label) => `class ${label}`);
  if (!internalClassifiers) {
    return { name, classes, labels, inputShape: seededInputShape, segments: [joined(segments)], heads: [] };
  }
  const pool: HeadLayer = { kind: 'mixed-pool', name: 'pool', outputSize: [2, 2] };
  const heads = [
    headOf([4, 6, 6], [pool, flatten], 16, classes, followsNetwork, seed + 10, confidence),
    headOf([6, 3, 3], [pool, flatten], 24, classes, cascade, seed + 11, confidence),
    headOf([12], [], 12, classes, cascade, seed + 12, confidence),
  ];
  return { name, classes, labels, inputShape: seededInputShape, segments, heads };
}

function convolution(name: string, inChannels: number, outChannels: number, stride: number): Conv2dLayer {
  return { kind: 'conv2d', name, inChannels, outChannels, kernelSize: 3, stride, padding: 1 };
}

function dense(name: string, inFeatures: number, outFeatures: number): DenseLayer {
  return { kind: 'dense', name, inFeatures, outFeatures };
}

function segmentOf(
  name: string,
  inputShape: RowShape,
  layers: readonly HeadLayer[],
  seed: number,
  macs: number,
): ReferenceSegment {
  return { name, inputShape, layers, parameters: seededParameters(layers, seed, 1), macs };
}

/** One segment that does what several do one after the other. */
function joined(segments: readonly ReferenceSegment[]): ReferenceSegment {
  return {
    name: 'final',
    inputShape: seededInputShape,
    layers: segments.flatMap((segment) => segment.layers),
    parameters: Object.assign({}, ...segments.map((segment) => segment.parameters)) as HeadParameters,
    macs: segments.reduce((sum, segment) => sum + segment.macs, 0),
  };
}

/** An IC: layers that end in `[width]`, the cascade where there is one, and a dense layer. */
function headOf(
  inputShape: RowShape,
  toWidth: readonly HeadLayer[],
  width: number,
  classes: number,
  cascade: boolean,
  seed: number,
  confidence: number,
): ReferenceHead {
  const previous: CascadeLayer = { kind: 'cascade', name: 'cascade', classes, layerNorm: true, epsilon: 1e-5 };
  const fullWidth = cascade ? width + classes : width;
  const layers = [...toWidth, ...(cascade ? [previous] : []), dense('fc', fullWidth, classes)];
  return {
    head: {
      specification: { specificationVersion: 'v1', family: 'pooled', inputShape, classes, layers },
      parameters: seededParameters(layers, seed, confidence),
    },
    macs: fullWidth * classes,
  };
}

/** Uniform weights that keep the size of what goes through, times `gain`. */
function seededParameters(layers: readonly HeadLayer[], seed: number, gain: number): HeadParameters {
  const parameters: Record<string, HeadParameters[string]> = {};
  for (const layer of layers) {
    if (layer.kind === 'conv2d') {
      const { name, outChannels, inChannels, kernelSize } = layer;
      const fanIn = inChannels * kernelSize * kernelSize;
      const shape = [outChannels, inChannels, kernelSize, kernelSize];
      parameters[`${name}.weight`] = { shape, data: weights(seed, outChannels * fanIn, fanIn, gain) };
      parameters[`${name}.bias`] = { shape: [outChannels], data: seededValues(seed + 100, outChannels, 0.1) };
    } else if (layer.kind === 'dense') {
      const { name, outFeatures, inFeatures } = layer;
      const data = weights(seed, outFeatures * inFeatures, inFeatures, gain);
      parameters[`${name}.weight`] = { shape: [outFeatures, inFeatures], data };
      parameters[`${name}.bias`] = { shape: [outFeatures], data: seededValues(seed + 100, outFeatures, 0.1) };
    } else if (layer.kind === 'mixed-pool') {
      parameters[`${layer.name}.alpha`] = { shape: [1], data: Float32Array.of(0.4) };
    } else if (layer.kind === 'cascade') {
      const { name, classes } = layer;
      parameters[`${name}.weight`] = { shape: [classes], data: new Float32Array(classes).fill(1) };
      parameters[`${name}.bias`] = { shape: [classes], data: seededValues(seed + 200, classes, 0.1) };
    }
  }
  return parameters;
}

function weights(seed: number, count: number, fanIn: number, gain: number): Float32Array {
  return seededValues(seed, count, gain * Math.sqrt(6 / fanIn));
}
