// A small text classifier with reproducible weights. Its inputs are token ids of any length and a mask. It defines the
// meaning of named inputs, element types and a free axis; runtimes that accept such networks are compared with it.

import type { InputSpecification, InputTensor, NamedInputBatch } from '../contract/input.ts';
import type { RuntimeModel } from '../runtime/staged-model-adapter.ts';
import { hostModel } from './host-model.ts';
import { seededValues } from './seeded-values.ts';

const vocabulary = 20;
const width = 6;
const classes = 4;

/** Inputs of the token model: ids from 0 to 19, and a mask that is 1 for tokens and 0 for padding. */
export const tokenInputs: readonly InputSpecification[] = [
  { name: 'ids', type: 'int32', rowShape: ['tokens'] },
  { name: 'mask', type: 'uint8', rowShape: ['tokens'] },
];

/**
 * A token network as plain numbers, for runtimes to build. `h0 = embedding[ids]`, and `h(m+1) = relu(h(m) layers[m])`,
 * token by token.
 * The logits of each exit are `(mean of h over unmasked tokens) heads[m]`; at the second exit the previous logits
 * follow the mean.
 */
export interface TokenNetwork {
  readonly vocabulary: number;
  readonly width: number;
  readonly classes: number;
  /** `[vocabulary, width]` */
  readonly embedding: Float32Array;
  /** Each `[width, width]`, from rows to columns. */
  readonly layers: readonly [Float32Array, Float32Array];
  /** `[width, classes]`, `[width + classes, classes]`, `[width, classes]`. */
  readonly heads: readonly [Float32Array, Float32Array, Float32Array];
}

/** The network that `tokenModel` runs. */
export function tokenNetwork(): TokenNetwork {
  return {
    vocabulary,
    width,
    classes,
    embedding: seededValues(41, vocabulary * width, 2),
    layers: [seededValues(42, width * width, 1), seededValues(43, width * width, 1)],
    heads: [
      seededValues(44, width * classes, 3),
      seededValues(45, (width + classes) * classes, 2),
      seededValues(46, width * classes, 3),
    ],
  };
}

/** A token model on the reference runtime: three stages, the second with cascade. */
export function tokenModel(): RuntimeModel {
  const { embedding, layers, heads } = tokenNetwork();
  const stage = (name: string, segmentMacs: number, headMacs: number) => {
    return {
      name,
      network: 0,
      isFinal: name === 'final',
      usesPreviousLogits: name === 'hidden 1',
      segmentMacs,
      headMacs,
    };
  };
  const layerMacs = width * width;
  return hostModel({
    name: 'tokens',
    classes,
    labels: null,
    inputs: tokenInputs,
    backboneMacs: 2 * layerMacs + width * classes,
    stages: [
      {
        description: stage('embedding', 0, width * classes),
        run([ids, mask]) {
          const hidden = lookUp(embedding, ids as InputTensor);
          return answer([hidden, mask as InputTensor], heads[0], null);
        },
      },
      {
        description: stage('hidden 1', layerMacs, (width + classes) * classes),
        run: ([hidden, mask], _rows, previousLogits) =>
          answer([transform(hidden as InputTensor, layers[0]), mask as InputTensor], heads[1], previousLogits),
      },
      {
        description: stage('final', layerMacs + width * classes, 0),
        run([hidden, mask]) {
          const last = transform(hidden as InputTensor, layers[1]);
          return { ...answer([last, mask as InputTensor], heads[2], null), tensors: null };
        },
      },
    ],
  });
}

/** The answer of the uncut network, row by row and token by token. */
export function wholeTokenLogits(input: NamedInputBatch): Float32Array {
  const { embedding, layers, heads } = tokenNetwork();
  const { ids, mask } = input.inputs as Record<'ids' | 'mask', InputTensor>;
  const hidden = layers.reduce(transform, lookUp(embedding, ids));
  return answer([hidden, mask], heads[2], null).logits;
}

/**
 * Rows for a token model: different ids, and between one and all tokens unmasked.
 * @param tokens Length of the free axis, at least 1.
 */
export function tokenRows(rows: number, tokens: number): NamedInputBatch {
  const ids = Int32Array.from(seededValues(7, rows * tokens, 1), (value) => Math.floor((value + 1) * (vocabulary / 2)));
  const mask = Uint8Array.from(ids, (_, index) => (index % tokens <= Math.floor(index / tokens) % tokens ? 1 : 0));
  return { rows, inputs: { ids: { data: ids, rowShape: [tokens] }, mask: { data: mask, rowShape: [tokens] } } };
}

/** `[tokens]` -> `[tokens, width]` */
function lookUp(embedding: Float32Array, { data, rowShape }: InputTensor): InputTensor {
  const values = new Float32Array(data.length * width);
  for (const [position, id] of (data as Int32Array).entries()) {
    values.set(embedding.subarray(id * width, (id + 1) * width), position * width);
  }
  return { data: values, rowShape: [...rowShape, width] };
}

function transform({ data, rowShape }: InputTensor, weights: Float32Array): InputTensor {
  return { data: product(data as Float32Array, weights, width, width).map((value) => Math.max(0, value)), rowShape };
}

function answer(
  tensors: readonly [hidden: InputTensor, mask: InputTensor],
  head: Float32Array,
  previousLogits: Float32Array | null,
): { readonly tensors: readonly InputTensor[]; readonly logits: Float32Array } {
  const [{ data, rowShape }, mask] = tensors;
  const tokens = rowShape[0] as number;
  const rows = data.length / (tokens * width);
  const inFeatures = previousLogits === null ? width : width + classes;
  const features = new Float32Array(rows * inFeatures);
  for (let row = 0; row < rows; row++) {
    const counts = mask.data.subarray(row * tokens, (row + 1) * tokens) as Uint8Array;
    const total = counts.reduce((sum, count) => sum + count, 0);
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (const [token, count] of counts.entries()) {
        sum += count * ((data as Float32Array)[(row * tokens + token) * width + column] as number);
      }
      features[row * inFeatures + column] = sum / total;
    }
    if (previousLogits !== null) {
      features.set(previousLogits.subarray(row * classes, (row + 1) * classes), row * inFeatures + width);
    }
  }
  return { tensors, logits: product(features, head, inFeatures, classes) };
}

/** `[n, inFeatures] x [inFeatures, outFeatures]` */
function product(values: Float32Array, weights: Float32Array, inFeatures: number, outFeatures: number): Float32Array {
  const result = new Float32Array((values.length / inFeatures) * outFeatures);
  for (let index = 0; index < result.length; index++) {
    const start = Math.floor(index / outFeatures) * inFeatures;
    let sum = 0;
    for (let inner = 0; inner < inFeatures; inner++) {
      sum += (values[start + inner] as number) * (weights[inner * outFeatures + (index % outFeatures)] as number);
    }
    result[index] = sum;
  }
  return result;
}
