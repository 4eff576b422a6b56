// A hand-made dense network of three stages: one tensor at the first cut, two at the second, a cascade in between.

import { type BundleNetwork, bundleFiles, type ManifestContent } from '@ztw/bundle';
import type { Head, HeadLayer } from '@ztw/heads';
import { type TinyConstant, type TinyNode, type TinyValue, tinyOnnx } from './tiny-onnx.ts';

export const tinyInputShape: readonly number[] = [2];
export const tinyClasses = 3;

function constant(name: string, dims: readonly [number, number]): TinyConstant {
  const seed = name.charCodeAt(0) + 31 * name.charCodeAt(1);
  const values = Float32Array.from({ length: dims[0] * dims[1] }, (_, index): number => Math.sin(seed + 1.7 * index));
  return { name, dims, values };
}

const weights = {
  W0: constant('W0', [2, 4]),
  H0: constant('H0', [4, tinyClasses]),
  W1: constant('W1', [4, 4]),
  H1: constant('H1', [4 + tinyClasses, tinyClasses]),
  W2: constant('W2', [4, tinyClasses]),
};

const node = (operator: string, inputs: readonly string[], output: string): TinyNode => ({
  operator,
  inputs,
  outputs: [output],
  ...(operator === 'Concat' ? { attributes: { axis: 1 } } : {}),
});

export interface TinyNetwork {
  readonly network: BundleNetwork;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly heads: readonly Head[];
  /** The network without its internal classifiers. */
  readonly whole: Uint8Array;
}

/** The head whose dense layer has the given weights, `[in, out]` as MatMul takes them. */
function denseHead({ dims, values }: TinyConstant, cascade: boolean): Head {
  const [inFeatures = 0, outFeatures = 0] = dims;
  const transposed = new Float32Array(inFeatures * outFeatures);
  for (let index = 0; index < transposed.length; index += 1) {
    const [out, input] = [Math.floor(index / inFeatures), index % inFeatures];
    transposed[index] = Number(values[input * outFeatures + out]);
  }
  const dense: HeadLayer = { kind: 'dense', name: 'dense', inFeatures, outFeatures };
  const joined: HeadLayer = {
    kind: 'cascade',
    name: 'cascade',
    classes: tinyClasses,
    layerNorm: false,
    epsilon: 1e-5,
  };
  return {
    specification: {
      specificationVersion: 'v1',
      family: 'token',
      inputShape: [4],
      classes: tinyClasses,
      layers: cascade ? [joined, dense] : [dense],
    },
    parameters: {
      'dense.weight': { shape: [outFeatures, inFeatures], data: transposed },
      'dense.bias': { shape: [outFeatures], data: new Float32Array(outFeatures) },
    },
  };
}

/** @param batch `dynamic`, or the number of rows that the graphs are fixed to. */
export function tinyNetwork(batch: 'dynamic' | number = 'dynamic'): TinyNetwork {
  const axis = batch === 'dynamic' ? 'rows' : batch;
  const value = (name: string, size: number): TinyValue => ({ name, type: 'float32', dims: [axis, size] });
  const files = new Map([
    [
      'stages/0.onnx',
      tinyOnnx({
        nodes: [
          node('MatMul', ['input', 'W0'], 'dense_0'),
          node('Relu', ['dense_0'], 'next_0'),
          node('MatMul', ['next_0', 'H0'], 'logits'),
        ],
        inputs: [value('input', 2)],
        outputs: [value('next_0', 4), value('logits', tinyClasses)],
        constants: [weights.W0, weights.H0],
      }),
    ],
    [
      'stages/1.onnx',
      tinyOnnx({
        nodes: [
          node('MatMul', ['features_0', 'W1'], 'dense_1'),
          node('Relu', ['dense_1'], 'next_0'),
          node('Identity', ['features_0'], 'next_1'),
          node('Concat', ['next_0', 'previous_logits'], 'joined'),
          node('MatMul', ['joined', 'H1'], 'logits'),
        ],
        inputs: [value('features_0', 4), value('previous_logits', tinyClasses)],
        outputs: [value('next_0', 4), value('next_1', 4), value('logits', tinyClasses)],
        constants: [weights.W1, weights.H1],
      }),
    ],
    [
      'stages/2.onnx',
      tinyOnnx({
        nodes: [node('Add', ['features_0', 'features_1'], 'sum'), node('MatMul', ['sum', 'W2'], 'logits')],
        inputs: [value('features_0', 4), value('features_1', 4)],
        outputs: [value('logits', tinyClasses)],
        constants: [weights.W2],
      }),
    ],
  ]);
  const whole = tinyOnnx({
    nodes: [
      node('MatMul', ['input', 'W0'], 'dense_0'),
      node('Relu', ['dense_0'], 'hidden_0'),
      node('MatMul', ['hidden_0', 'W1'], 'dense_1'),
      node('Relu', ['dense_1'], 'hidden_1'),
      node('Add', ['hidden_1', 'hidden_0'], 'sum'),
      node('MatMul', ['sum', 'W2'], 'logits'),
    ],
    inputs: [value('input', 2)],
    outputs: [value('logits', tinyClasses)],
    constants: [weights.W0, weights.W1, weights.W2],
  });
  const heads = [denseHead(weights.H0, false), denseHead(weights.H1, true)];
  const network: BundleNetwork = {
    name: 'tiny',
    backboneMacs: 8 + 16 + 12,
    batch,
    stages: [
      {
        name: 'hidden_0',
        model: 'stages/0.onnx',
        inputs: [{ name: 'input', rowShape: [2] }],
        previousLogits: null,
        outputs: [{ name: 'next_0', rowShape: [4] }],
        logits: 'logits',
        segmentMacs: 8,
        headMacs: 12,
        head: heads[0]!.specification,
      },
      {
        name: 'hidden_1',
        model: 'stages/1.onnx',
        inputs: [{ name: 'features_0', rowShape: [4] }],
        previousLogits: 'previous_logits',
        outputs: [
          { name: 'next_0', rowShape: [4] },
          { name: 'next_1', rowShape: [4] },
        ],
        logits: 'logits',
        segmentMacs: 16,
        headMacs: 21,
        head: heads[1]!.specification,
      },
      {
        name: 'final',
        model: 'stages/2.onnx',
        inputs: [
          { name: 'features_0', rowShape: [4] },
          { name: 'features_1', rowShape: [4] },
        ],
        previousLogits: null,
        outputs: [],
        logits: 'logits',
        segmentMacs: 12,
        headMacs: 0,
        head: null,
      },
    ],
  };
  return { network, files, heads, whole };
}

/** Reads a file of a map as a bundle would. */
export function readFrom(files: ReadonlyMap<string, Uint8Array>): (path: string) => Promise<Uint8Array> {
  return async (path) => files.get(path) ?? Promise.reject(new Error(`no such file: ${path}`));
}

/** Input rows with a spread of values. */
export function tinyRows(rows: number): Float32Array {
  return Float32Array.from({ length: rows * 2 }, (_, index) => 2 * Math.cos(0.9 * index + 0.3));
}

/** All files of a bundle with the tiny network, once or as a chain with itself. */
export async function tinyBundle(
  networks: 1 | 2,
  changes: Partial<ManifestContent> = {},
): Promise<Map<string, Uint8Array>> {
  const { network, files, heads } = tinyNetwork();
  return bundleFiles({
    manifest: {
      method: 'ztw',
      classes: tinyClasses,
      labels: ['ant', 'bee', 'cow'],
      inputShape: tinyInputShape,
      preprocessing: null,
      networks: Array.from({ length: networks }, () => network),
      ensemble: null,
      operatingPoints: [],
      provenance: {},
      ...changes,
    },
    files,
    heads: Array.from({ length: networks }, () => heads),
  });
}
