// The token network of the reference runtime as ONNX stages: int64 ids of any length and a uint8 mask, which both cross
// every cut.

import { type BundleNetwork, type BundleTensor, bundleFiles } from '@ztw/bundle';
import type { InputSpecification, InputTensor, NamedInputBatch } from '@ztw/core';
import { tokenNetwork, tokenRows, wholeTokenLogits } from '@ztw/core/testing';
import type { Head, HeadLayer } from '@ztw/heads';
import { type TinyConstant, type TinyNode, type TinyValue, tinyOnnx } from './tiny-onnx.ts';

const { vocabulary, width, classes, embedding, layers, heads } = tokenNetwork();

export const tokenClasses: number = classes;

export const tokenInputs: readonly InputSpecification[] = [
  { name: 'ids', type: 'int64', rowShape: ['tokens'] },
  { name: 'mask', type: 'uint8', rowShape: ['tokens'] },
];

const constants = {
  embedding: { name: 'embedding', dims: [vocabulary, width], values: embedding },
  W1: { name: 'W1', dims: [width, width], values: layers[0] },
  W2: { name: 'W2', dims: [width, width], values: layers[1] },
  H0: { name: 'H0', dims: [width, classes], values: heads[0] },
  H1: { name: 'H1', dims: [width + classes, classes], values: heads[1] },
  H2: { name: 'H2', dims: [width, classes], values: heads[2] },
  one: { name: 'one', dims: [1], values: BigInt64Array.of(1n) },
  two: { name: 'two', dims: [1], values: BigInt64Array.of(2n) },
} satisfies Record<string, TinyConstant>;

function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Record<string, number> = {},
): TinyNode {
  return { operator, inputs, outputs: [output], attributes };
}

/** `mean`: the mean of the hidden values over the tokens that count. */
function meanOf(hidden: string, mask: string): readonly TinyNode[] {
  return [
    node('Cast', [mask], 'weights', { to: 1 }),
    node('Unsqueeze', ['weights', 'two'], 'columns'),
    node('Mul', [hidden, 'columns'], 'counted'),
    node('ReduceSum', ['counted', 'one'], 'sum', { keepdims: 0 }),
    node('ReduceSum', ['weights', 'one'], 'count', { keepdims: 1 }),
    node('Div', ['sum', 'count'], 'mean'),
  ];
}

const ids: TinyValue = { name: 'ids', type: 'int64', dims: ['rows', 'tokens'] };
const logits: TinyValue = { name: 'logits', type: 'float32', dims: ['rows', classes] };
const maskValue = (name: string): TinyValue => ({ name, type: 'uint8', dims: ['rows', 'tokens'] });
const hiddenValue = (name: string): TinyValue => ({ name, type: 'float32', dims: ['rows', 'tokens', width] });

const files: ReadonlyMap<string, Uint8Array> = new Map([
  [
    'stages/0.onnx',
    tinyOnnx({
      nodes: [
        node('Gather', ['embedding', 'ids'], 'next_0'),
        node('Identity', ['mask'], 'next_1'),
        ...meanOf('next_0', 'mask'),
        node('MatMul', ['mean', 'H0'], 'logits'),
      ],
      inputs: [ids, maskValue('mask')],
      outputs: [hiddenValue('next_0'), maskValue('next_1'), logits],
      constants: [constants.embedding, constants.H0, constants.one, constants.two],
    }),
  ],
  [
    'stages/1.onnx',
    tinyOnnx({
      nodes: [
        node('MatMul', ['features_0', 'W1'], 'product'),
        node('Relu', ['product'], 'next_0'),
        node('Identity', ['features_1'], 'next_1'),
        ...meanOf('next_0', 'features_1'),
        node('Concat', ['mean', 'previous_logits'], 'joined', { axis: 1 }),
        node('MatMul', ['joined', 'H1'], 'logits'),
      ],
      inputs: [hiddenValue('features_0'), maskValue('features_1'), { ...logits, name: 'previous_logits' }],
      outputs: [hiddenValue('next_0'), maskValue('next_1'), logits],
      constants: [constants.W1, constants.H1, constants.one, constants.two],
    }),
  ],
  [
    'stages/2.onnx',
    tinyOnnx({
      nodes: [
        node('MatMul', ['features_0', 'W2'], 'product'),
        node('Relu', ['product'], 'hidden'),
        ...meanOf('hidden', 'features_1'),
        node('MatMul', ['mean', 'H2'], 'logits'),
      ],
      inputs: [hiddenValue('features_0'), maskValue('features_1')],
      outputs: [logits],
      constants: [constants.W2, constants.H2, constants.one, constants.two],
    }),
  ],
]);

/** The same head as data, without the mask, which only its ONNX nodes read. */
function headOf(cascade: boolean): Head {
  const inFeatures = cascade ? width + classes : width;
  const layersOf: HeadLayer[] = [
    { kind: 'mean-tokens' },
    ...(cascade ? [{ kind: 'cascade', name: 'cascade', classes, layerNorm: false, epsilon: 1e-5 } as const] : []),
    { kind: 'dense', name: 'dense', inFeatures, outFeatures: classes },
  ];
  return {
    specification: {
      specificationVersion: 'v1',
      family: 'token',
      inputShape: [7, width],
      classes,
      layers: layersOf,
    },
    parameters: {
      'dense.weight': { shape: [classes, inFeatures], data: new Float32Array(classes * inFeatures) },
      'dense.bias': { shape: [classes], data: new Float32Array(classes) },
    },
  };
}

const tensors = (prefix: string): readonly BundleTensor[] => [
  { name: `${prefix}_0`, rowShape: ['tokens', width] },
  { name: `${prefix}_1`, rowShape: ['tokens'], type: 'uint8' },
];
const layerMacs = width * width;

const network: BundleNetwork = {
  name: 'tokens',
  backboneMacs: 2 * layerMacs + width * classes,
  batch: 'dynamic',
  stages: [
    {
      name: 'embedding',
      model: 'stages/0.onnx',
      inputs: tokenInputs,
      previousLogits: null,
      outputs: tensors('next'),
      logits: 'logits',
      segmentMacs: 0,
      headMacs: width * classes,
      head: headOf(false).specification,
    },
    {
      name: 'hidden 1',
      model: 'stages/1.onnx',
      inputs: tensors('features'),
      previousLogits: 'previous_logits',
      outputs: tensors('next'),
      logits: 'logits',
      segmentMacs: layerMacs,
      headMacs: (width + classes) * classes,
      head: headOf(true).specification,
    },
    {
      name: 'final',
      model: 'stages/2.onnx',
      inputs: tensors('features'),
      previousLogits: null,
      outputs: [],
      logits: 'logits',
      segmentMacs: layerMacs + width * classes,
      headMacs: 0,
      head: null,
    },
  ],
};

/** All files of a bundle with the token network, once or as a chain with itself. */
export function tokenBundle(networks: 1 | 2 = 1): Promise<Map<string, Uint8Array>> {
  return bundleFiles({
    manifest: {
      method: 'ztw',
      classes,
      labels: null,
      inputShape: null,
      inputs: tokenInputs,
      preprocessing: null,
      networks: Array.from({ length: networks }, () => network),
      ensemble: null,
      operatingPoints: [],
      provenance: {},
    },
    files,
    heads: Array.from({ length: networks }, () => [headOf(false), headOf(true)]),
  });
}

/** Rows of the reference's token network, with ids as ONNX models take them. */
export function tokenRowsOf(rows: number, tokens: number): NamedInputBatch {
  const { inputs } = tokenRows(rows, tokens);
  const { data, rowShape } = inputs.ids as InputTensor;
  const wide = BigInt64Array.from(data as Int32Array, BigInt);
  return { rows, inputs: { ...inputs, ids: { data: wide, rowShape } } };
}

/** The logits of the reference. */
export function referenceLogits({ rows, inputs }: NamedInputBatch): Float32Array {
  const { data, rowShape } = inputs.ids as InputTensor;
  const narrow = Int32Array.from(data as BigInt64Array, Number);
  return wholeTokenLogits({ rows, inputs: { ...inputs, ids: { data: narrow, rowShape } } });
}
