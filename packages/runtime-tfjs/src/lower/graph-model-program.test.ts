// GraphModels as ONNX models: every supported operation on TensorFlow.js and on ONNX Runtime.

import { type Tensor, tensor, transpose } from '@tensorflow/tfjs-core';
import { softmax, UnsupportedModelError } from '@ztw/core';
import { seededRandom } from '@ztw/heads';
import { analyseGraph, programToOnnx, readModel } from '@ztw/onnx-graph';
import { createGraphProbe } from '@ztw/runtime-onnx';
import { describe, expect, test } from 'vitest';
import { tensorflowOn } from '../__fixtures__/backends.ts';
import { expectClose } from '../__fixtures__/expect-close.ts';
import { attribute, type FixtureConstant, type FixtureNode, graphModel } from '../__fixtures__/graph-model.ts';
import { ort } from '../__fixtures__/program-networks.ts';
import { smallGraphModel } from '../__fixtures__/tensorflow-networks.ts';
import type { GraphModelLike } from '../graph-model/graph-definition.ts';
import { graphModelProgram } from './graph-model-program.ts';
import { supportedOperations } from './nodes/table.ts';

// Sums of float32 in another order.
const tolerance = { rtol: 1e-5, atol: 1e-5 };

const tf = await tensorflowOn('cpu');
const rowShape = [7, 5, 4] as const;

async function expectSame(model: GraphModelLike, shape: readonly number[] = rowShape): Promise<void> {
  const rows = 3;
  const { program, weights, droppedSoftmax, classes } = await graphModelProgram({ tf, model });
  const [height, width, channels] = shape as [number, number, number];
  const random = seededRandom(2);
  const data = Float32Array.from({ length: rows * height * width * channels }, () => random() * 2 - 1);
  const image = transpose(tensor(data.slice(), [rows, channels, height, width]), [0, 2, 3, 1]);
  const expected = (await (model.execute(image, 'output') as Tensor).data()) as Float32Array;
  const session = await ort.InferenceSession.create(programToOnnx(program, weights), { logSeverityLevel: 3 });
  const { logits } = await session.run({ input: new ort.Tensor('float32', data, [rows, channels, height, width]) });
  await session.release();
  const values = logits!.data as Float32Array;
  expect(new Set(expected).size).toBeGreaterThan(2);
  expectClose(droppedSoftmax ? softmax(values, classes) : values, expected, tolerance);
}

const random = seededRandom(9);
const floats = (...shape: readonly number[]): FixtureConstant => ({
  shape,
  values: Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => random() - 0.4),
});
const integers = (...values: readonly number[]): FixtureConstant => ({
  shape: [values.length],
  values,
  dtype: 'int32',
});
const integer = (value: number): FixtureConstant => ({ shape: [], values: [value], dtype: 'int32' });
const positive = (count: number): FixtureConstant => ({
  shape: [count],
  values: Array.from({ length: count }, () => 0.5 + random()),
});

function norm6(): Readonly<Record<string, FixtureConstant>> {
  return { scale: floats(6), offset: floats(6), mean: floats(6), variance: positive(6) };
}

/** A convolution with fused operations that are not supported. */
function fusedWith(...names: readonly string[]): Case {
  return {
    op: '_FusedConv2D',
    constants: { ...filter, ...biased(6) },
    attr: window([1, 1], 'SAME', { fused_ops: texts('BiasAdd', ...names), num_args: { i: '1' } }),
  };
}

interface Case {
  readonly op: string;
  readonly what?: string;
  /** Names of its inputs. Default: the image and then all constants. */
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
  readonly constants?: Readonly<Record<string, FixtureConstant>>;
}

const { text, texts, integers: list, number, flag } = attribute;
const window = (strides: readonly number[], padding: string, more: Readonly<Record<string, unknown>> = {}) => ({
  strides: list(1, ...strides, 1),
  dilations: list(1, 1, 1, 1),
  padding: text(padding),
  data_format: text('NHWC'),
  ...more,
});
const filter = { filter: floats(3, 2, 4, 6) };
const deep = { filter: floats(3, 3, 4, 2) };
const norm = { scale: floats(4), offset: floats(4), mean: floats(4), variance: positive(4) };
const biased = (count: number) => ({ bias: floats(count) });
const unary = [
  ...['Abs', 'Elu', 'Erf', 'Exp', 'Identity', 'Neg', 'Relu', 'Relu6', 'Selu', 'Sigmoid', 'Snapshot', 'Softmax'],
  ...['Softplus', 'Square', 'StopGradient', 'Tanh'],
];
const binary = ['Add', 'AddV2', 'Maximum', 'Minimum', 'Mul', 'RealDiv', 'Sub'];
const reductions = ['Max', 'Mean', 'Min', 'Sum'];

const cases: readonly Case[] = [
  ...unary.map((op): Case => ({ op })),
  // On values above zero.
  ...['Log', 'Reciprocal', 'Rsqrt', 'Sqrt'].map((op): Case => ({ op, input: ['above'] })),
  ...binary.map((op): Case => ({ op, what: 'values per channel', constants: { other: positive(4) } })),
  ...binary.map((op): Case => ({ op, what: 'two results', input: ['image', 'above'] })),
  { op: 'Sub', what: 'a constant on the left', input: ['other', 'image'], constants: { other: floats(1, 1, 1, 4) } },
  { op: 'AddN', input: ['image', 'above', 'image'] },
  { op: 'BiasAdd', constants: biased(4), attr: { data_format: text('NHWC') } },
  { op: 'ClipByValue', constants: { low: { shape: [], values: [-0.3] }, high: { shape: [], values: [0.5] } } },
  { op: 'LeakyRelu', attr: { alpha: number(0.3) } },
  { op: 'Prelu', constants: { alpha: floats(4) } },
  ...['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3'].map(
    (op): Case => ({ op, constants: norm, attr: { epsilon: number(0.001), data_format: text('NHWC') } }),
  ),
  { op: 'Conv2D', what: 'same', constants: filter, attr: window([2, 2], 'SAME') },
  {
    op: 'Conv2D',
    what: 'valid, dilated',
    constants: filter,
    attr: window([1, 1], 'VALID', { dilations: list(1, 2, 1, 1) }),
  },
  {
    op: 'Conv2D',
    what: 'explicit',
    constants: filter,
    attr: window([1, 2], 'EXPLICIT', { explicit_paddings: list(0, 0, 1, 0, 2, 1, 0, 0) }),
  },
  ...['Relu', 'Relu6', 'Elu', 'LeakyRelu'].map(
    (activation): Case => ({
      op: '_FusedConv2D',
      what: activation,
      constants: { ...filter, ...biased(6) },
      attr: window([1, 2], 'SAME', {
        fused_ops: texts('BiasAdd', activation),
        num_args: { i: '1' },
        leakyrelu_alpha: number(0.1),
      }),
    }),
  ),
  { op: 'DepthwiseConv2dNative', constants: deep, attr: window([2, 2], 'SAME') },
  {
    op: 'FusedDepthwiseConv2dNative',
    constants: { ...deep, ...biased(8) },
    attr: window([1, 1], 'VALID', { fused_ops: texts('BiasAdd', 'Relu6'), num_args: { i: '1' } }),
  },
  { op: 'MaxPool', attr: window([2, 2], 'SAME', { ksize: list(1, 3, 2, 1) }) },
  { op: 'MaxPool', what: 'of the whole map', attr: window([1, 1], 'VALID', { ksize: list(1, 7, 5, 1) }) },
  { op: 'AvgPool', attr: window([2, 1], 'SAME', { ksize: list(1, 2, 2, 1) }) },
  { op: 'AvgPool', what: 'of the whole map', attr: window([1, 1], 'VALID', { ksize: list(1, 7, 5, 1) }) },
  ...reductions.map((op): Case => ({ op, constants: { axes: integers(1, 2) }, attr: { keep_dims: flag(false) } })),
  ...reductions.map(
    (op): Case => ({
      op,
      what: 'an axis that stays',
      constants: { axes: integers(-1) },
      attr: { keep_dims: flag(true) },
    }),
  ),
  { op: 'Pad', constants: { pads: { shape: [4, 2], values: [0, 0, 1, 0, 0, 2, 0, 0], dtype: 'int32' } } },
  {
    op: 'PadV2',
    constants: {
      pads: { shape: [4, 2], values: [0, 0, 1, 0, 0, 2, 1, 1], dtype: 'int32' },
      value: { shape: [], values: [0.5] },
    },
  },
  { op: 'ConcatV2', input: ['image', 'above', 'axis'], constants: { axis: integer(-1) } },
  { op: 'ConcatV2', what: 'of rows of pixels', input: ['image', 'above', 'axis'], constants: { axis: integer(1) } },
  { op: 'Transpose', constants: { permutation: integers(0, 2, 3, 1) } },
  { op: 'Reshape', constants: { shape: integers(-1, 35, 4) } },
  { op: 'ExpandDims', constants: { axis: integer(1) } },
  { op: 'Squeeze', input: ['pixel'], attr: { squeeze_dims: list(1, 2) } },
  { op: 'MatMul', input: ['flat', 'matrix'], constants: { matrix: floats(140, 3) } },
  {
    op: 'MatMul',
    what: 'transposed',
    input: ['flat', 'matrix'],
    constants: { matrix: floats(3, 140) },
    attr: { transpose_b: flag(true) },
  },
  {
    op: '_FusedMatMul',
    input: ['flat', 'matrix', 'bias'],
    constants: { matrix: floats(140, 3), ...biased(3) },
    attr: { fused_ops: texts('BiasAdd', 'Relu'), num_args: { i: '1' } },
  },
  ...['BatchMatMul', 'BatchMatMulV2'].map((op): Case => ({ op, constants: { matrix: floats(4, 3) } })),
];

/** The node between an image and rows of values; `above`, `flat` and `pixel` are the image in other forms. */
function caseModel({ op, input, attr, constants = {} }: Case): GraphModelLike {
  const reads = input ?? ['image', ...Object.keys(constants)];
  const forms: readonly FixtureNode[] = [
    ...(reads.includes('above') ? [{ name: 'square', op: 'Square', input: ['image'] }] : []),
    { name: 'above', op: 'AddV2', input: ['square', 'half'] },
    { name: 'flat', op: 'Reshape', input: ['image', 'flatShape'] },
    { name: 'pixel', op: 'Mean', input: ['image', 'map'], attr: { keep_dims: flag(true) } },
  ];
  const nodes: readonly FixtureNode[] = [
    ...forms.filter(({ name }) => name === 'square' || reads.includes(name)),
    { name: 'node', op, input: reads, ...(attr === undefined ? {} : { attr }) },
  ];
  const own = { half: { shape: [], values: [0.5] }, flatShape: integers(-1, 140), map: integers(1, 2) };
  const all = { ...own, ...constants };
  const one = graphModel(rowShape, all, nodes).execute(tf.zeros([1, ...rowShape])) as Tensor;
  const output = { name: 'output', op: 'Reshape', input: ['node', 'outputShape'] };
  return graphModel(rowShape, { ...all, outputShape: integers(-1, one.size) }, [...nodes, output]);
}

describe('operations', () => {
  test.each(cases.map((each) => [`${each.op}${each.what === undefined ? '' : `: ${each.what}`}`, each] as const))(
    '%s',
    async (_name, each) => {
      await expectSame(caseModel(each));
    },
  );

  test('are all tested', () => {
    const tested = new Set(cases.map(({ op }) => op));
    expect(supportedOperations.filter((op) => !tested.has(op))).toEqual([]);
  });
});

test('a network with dense rows, whose shape is computed on the way', async () => {
  const model = graphModel(
    rowShape,
    {
      filter: floats(3, 3, 4, 6),
      ...norm6(),
      begin: integers(0),
      end: integers(1),
      stride: integers(1),
      length: integer(72),
      matrix: floats(72, 5),
      bias: floats(5),
    },
    [
      { name: 'conv', op: 'Conv2D', input: ['image', 'filter'], attr: window([2, 2], 'SAME') },
      {
        name: 'norm',
        op: 'FusedBatchNormV3',
        input: ['conv', 'scale', 'offset', 'mean', 'variance'],
        attr: { epsilon: number(0.001), data_format: text('NHWC') },
      },
      { name: 'active', op: 'Relu', input: ['norm'] },
      { name: 'shape', op: 'Shape', input: ['active'] },
      {
        name: 'count',
        op: 'StridedSlice',
        input: ['shape', 'begin', 'end', 'stride'],
        attr: { shrink_axis_mask: { i: '1' } },
      },
      { name: 'target', op: 'Pack', input: ['count', 'length'], attr: { axis: { i: '0' } } },
      { name: 'flat', op: 'Reshape', input: ['active', 'target'] },
      {
        name: 'scores',
        op: '_FusedMatMul',
        input: ['flat', 'matrix', 'bias'],
        attr: { fused_ops: texts('BiasAdd'), num_args: { i: '1' } },
      },
      { name: 'output', op: 'Softmax', input: ['scores'] },
    ],
  );
  await expectSame(model);
  const { program, weights, macs, parameters, droppedSoftmax, layers } = await graphModelProgram({ tf, model });
  expect({ droppedSoftmax, layers, macs }).toEqual({ droppedSoftmax: true, layers: 6, macs: 12 * 36 * 6 + 72 * 5 });
  expect(parameters).toBe(216 + 24 + 360 + 5);
  const analysis = await analyseGraph(readModel(programToOnnx(program, weights)), createGraphProbe({ ort }));
  expect(analysis.backboneMacs).toBe(macs);
  expect(analysis.nodes.map(({ operator }) => operator)).toEqual(['Conv', 'Relu', 'Transpose', 'Flatten', 'Gemm']);
});

test('names of the file are kept in the ONNX model', async () => {
  const { program, weights } = await graphModelProgram({ tf, model: smallGraphModel() });
  const analysis = await analyseGraph(readModel(programToOnnx(program, weights)), createGraphProbe({ ort }));
  expect(analysis.cuts.map(({ name }) => name)).toEqual(expect.arrayContaining(['active1', 'active2', 'mean']));
});

describe('refuses', () => {
  test.each([
    ['an unknown operation', { op: 'Floor' }, /node "node" \(Floor\).*Supported are Abs, Add,/],
    ['a fused activation', fusedWith('Sigmoid', 'Relu'), /fused operations/],
    [
      'rows that are joined',
      { op: 'ConcatV2', input: ['image', 'above', 'axis'], constants: { axis: integer(0) } },
      /joins rows|first axis/,
    ],
    [
      'rows that move',
      { op: 'Transpose', constants: { permutation: integers(1, 0, 2, 3) } },
      /axis of the rows|first axis/,
    ],
  ] as readonly (readonly [string, Case, RegExp])[])('%s', async (_name, each, message) => {
    const refusal = graphModelProgram({ tf, model: caseModel(each) });
    await expect(refusal).rejects.toThrow(UnsupportedModelError);
    await expect(refusal).rejects.toThrow(message);
  });
});
