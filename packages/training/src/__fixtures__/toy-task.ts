// A small frozen network and a data set to train heads on it, generated from a seed.

import { type CutDescription, type FeatureRows, type SegmentedBackbone, type SegmentOutput, denseInputs, rowSize, decodeFloat16, encodeFloat16 } from '@ztw/core/runtime';
import { convHead, executeLayers, type HeadLayer, type HeadParameters, type HeadSpecification, parameterShapes, pooledHead, seededRandom, splitPrefix } from '@ztw/heads';
import type { HeadVariant, HeldOutData, TrainingData } from '../training/train-options.ts';

export const toyClasses = 4;
const inputShape = [2, 8, 8] as const;
const boundaryShapes = [
  [6, 8, 8],
  [8, 4, 4],
] as const;

/** Layers of the three segments. The last segment ends in the network's own classifier. */
const segmentLayers: readonly (readonly HeadLayer[])[] = [
  [convolution(2, 6, 1), { kind: 'relu' }],
  [convolution(6, 8, 2), { kind: 'relu' }],
  [{ kind: 'flatten' }, { kind: 'dense', name: 'last', inFeatures: 128, outFeatures: toyClasses }],
];

function convolution(inChannels: number, outChannels: number, stride: number): HeadLayer {
  return { kind: 'conv2d', name: 'conv', inChannels, outChannels, kernelSize: 3, stride, padding: 1 };
}

/** Values in proportion to `1 / sqrt(fan in)`. */
function randomParameters(layers: readonly HeadLayer[], seed: number): HeadParameters {
  const random = seededRandom(seed);
  return Object.fromEntries(
    Object.entries(parameterShapes({ layers })).map(([name, shape]) => {
      const scale = 3 / Math.sqrt(rowSize(shape.slice(1)));
      const data = Float32Array.from({ length: rowSize(shape) }, () => (random() - 0.5) * scale);
      return [name, { shape, data }];
    }),
  );
}

export interface ToyBackbone extends SegmentedBackbone {
  /** Rows that went through each segment. */
  readonly rowsThrough: number[];
}

export interface ToyBackboneOptions {
  readonly precision?: 'float16' | 'float32';
  readonly preferredBatch?: number;
  /** Makes every feature NaN after a segment. */
  readonly brokenSegment?: number;
  /**
   * Lets a second tensor cross the first cut, as inside a residual block: it takes channels 3 to 5 from the first
   * tensor.
   */
  readonly twoTensors?: boolean;
}

/** A backbone of two cuts whose cached features fit the heads. */
export function toyBackbone(heads: readonly HeadSpecification[], options: ToyBackboneOptions = {}): ToyBackbone {
  const { precision = 'float16', preferredBatch = 16, brokenSegment = -1, twoTensors = false } = options;
  const prefixes = heads.map(splitPrefix);
  const cuts = boundaryShapes.map(
    (shape, cut): CutDescription => ({
      name: `block${cut}`,
      boundaryShapes: cut === 0 && twoTensors ? [shape, [3, 8, 8]] : [shape],
      cachedShape: prefixes[cut]!.cachedShape,
      cumulativeMacs: [6912, 20_736][cut]!,
    }),
  );
  const rowsThrough = [0, 0, 0];
  const encode = (values: Float32Array): FeatureRows => (precision === 'float16' ? encodeFloat16(values) : values);
  return {
    specificationVersion: 'v2',
    classes: toyClasses,
    inputs: denseInputs(inputShape),
    cuts,
    backboneMacs: 21_248,
    precision,
    preferredBatch,
    rowsThrough,
    async runSegment(segment, inputs, rows): Promise<SegmentOutput> {
      rowsThrough[segment]! += rows;
      const [input, second] = inputs.map((values) => (values instanceof Uint16Array ? decodeFloat16(values) : (values as Float32Array)));
      if (second !== undefined) {
        putHalf(input!, second, rows);
      }
      const output = executeLayers(segmentLayers[segment]!, parameters[segment]!, input!, shapes[segment]!, rows, null);
      if (segment === brokenSegment) {
        output.fill(NaN);
      }
      if (segment === 2) {
        return { boundary: [], cached: null, logits: output };
      }
      const { prefix } = prefixes[segment]!;
      // The only prefix of a conv head is relu, which the features already passed. So the boundary itself is the cache.
      const isBoundary = prefix.every((layer) => layer.kind === 'relu');
      const half = segment === 0 && twoTensors ? [encode(takeHalf(output, rows))] : [];
      const cached = executeLayers(prefix, {}, output, boundaryShapes[segment]!, rows, null);
      return { boundary: [encode(output), ...half], cached: isBoundary ? null : encode(cached), logits: null };
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Moves the upper half of each row's values out, leaving zeros. */
function takeHalf(values: Float32Array, rows: number): Float32Array {
  const half = values.length / rows / 2;
  const taken = new Float32Array(rows * half);
  for (let row = 0; row < rows; row++) {
    const upper = values.subarray((2 * row + 1) * half, (2 * row + 2) * half);
    taken.set(upper, row * half);
    upper.fill(0);
  }
  return taken;
}

function putHalf(values: Float32Array, taken: Float32Array, rows: number): void {
  const half = taken.length / rows;
  for (let row = 0; row < rows; row++) {
    values.set(taken.subarray(row * half, (row + 1) * half), (2 * row + 1) * half);
  }
}

/**
 * A set of heads with cascade and one without: pooled at the first cut (own cache), conv at the second (boundary is the
 * cache).
 */
export function toyVariants(): readonly HeadVariant[] {
  const heads = (cascade: boolean): readonly HeadSpecification[] => [
    pooledHead({ inputShape: boundaryShapes[0], classes: toyClasses, cascade: false, poolSize: 4 }),
    convHead({ inputShape: boundaryShapes[1], classes: toyClasses, cascade, poolSize: 2 }),
  ];
  return [
    { name: 'ztw', heads: heads(true) },
    { name: 'sdn', heads: heads(false) },
  ];
}

/** Heads that read the whole feature map at both cuts, so that storing both takes more than storing one after the other. */
export function wholeMapVariants(): readonly HeadVariant[] {
  const heads = boundaryShapes.map((inputShape, cut) => {
    const head = convHead({ inputShape, classes: toyClasses, cascade: cut > 0, poolSize: 2 });
    // Without the relu at the start, which the features have passed already, nothing comes before the convolution.
    return { ...head, layers: head.layers.slice(1) };
  });
  return [{ name: 'ztw', heads }];
}

/** Rows around one random pattern per class. Each copy has different noise. */
export function toyData(rows: number, copies: number, seed: number, noise = 1): TrainingData {
  const size = rowSize(inputShape);
  const patterns = seededRandom(1);
  const templates = Float32Array.from({ length: toyClasses * size }, () => patterns() * 2 - 1);
  const labels = Int32Array.from({ length: rows }, (_, row) => (row * 7 + seed) % toyClasses);
  return {
    rows,
    copies,
    labels,
    async read(indices, copy) {
      const values = new Float32Array(indices.length * size);
      indices.forEach((row, index) => {
        const random = seededRandom(seed * 1_000_003 + row * 31 + copy);
        for (let position = 0; position < size; position++) {
          const pattern = templates[labels[row]! * size + position]!;
          values[index * size + position] = pattern + noise * (random() * 2 - 1) * 2;
        }
      });
      return values;
    },
  };
}

export function toyHeldOut(rows: number, seed = 77): HeldOutData {
  const data = toyData(rows, 1, seed);
  return { rows, labels: data.labels, read: (indices) => data.read(indices, 0) };
}

const shapes = [inputShape, ...boundaryShapes];
const parameters = segmentLayers.map((layers, index) => randomParameters(layers, 100 + index));

// Features after a relu are similar. Subtracting their mean logits makes the answers differ from row to row.
const sample = 32;
const average = segmentLayers.reduce(
  (values, layers, segment) => executeLayers(layers, parameters[segment]!, values, shapes[segment]!, sample, null),
  await toyData(sample, 1, 2).read(Int32Array.from({ length: sample }, (_, row) => row), 0),
);
const lastBias = parameters[2]!['last.bias']!.data;
average.forEach((logit, index) => {
  lastBias[index % toyClasses]! -= logit / sample;
});
