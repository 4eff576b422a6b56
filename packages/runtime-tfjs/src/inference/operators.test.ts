// Every operator of stage programs, alone or in the form that exporters write, against ONNX Runtime.

import { memory, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { decodeSafetensors, weightsInMemory } from '@ztw/bundle';
import { emitStageProgram } from '@ztw/onnx-graph';
import { describe, expect, test } from 'vitest';
import { floatAttribute, intAttribute, intsAttribute, untypedOutput } from '../../../onnx-graph/src/graph/build.ts';
import { randomRows } from '../../../onnx-graph/test/support/staged.ts';
import { type TinyNet, tinyModel } from '../../../onnx-graph/test/support/tiny.ts';
import { runModel } from '../../../onnx-graph/test/support/wasm.ts';
import { backends, tensorflowOn } from '../__fixtures__/backends.ts';
import { expectClose } from '../__fixtures__/expect-close.ts';
import { openProgram } from './open-program.ts';

interface OperatorCase {
  readonly name: string;
  readonly rowShape: readonly number[];
  /** Writes nodes from `x` on; the last one writes `logits`. */
  readonly write: (net: TinyNet) => void;
  readonly opset?: number;
}

const last = 'logits';

/** One node after another, each with the operator's name. */
const chain =
  (...operators: readonly string[]) =>
  (net: TinyNet): void => {
    let value = 'x';
    for (const [index, operator] of operators.entries()) {
      value = net.apply(operator, [value], [], index === operators.length - 1 ? last : '');
    }
  };

const floats = (net: TinyNet, values: readonly number[], dims: readonly number[] = [values.length]): string =>
  net.builder.floats('k', dims, Float32Array.from(values));

const convolution = (
  rowShape: readonly number[],
  weightDims: readonly number[],
  attributes: Parameters<TinyNet['apply']>[2],
): Pick<OperatorCase, 'rowShape' | 'write'> => ({
  rowShape,
  write: (net) => net.apply('Conv', ['x', net.weights(weightDims), net.weights([weightDims[0]!])], attributes, last),
});

const pool = (
  operator: string,
  attributes: Parameters<TinyNet['apply']>[2],
): Pick<OperatorCase, 'rowShape' | 'write'> => ({
  rowShape: [3, 9, 8],
  write: (net) => net.apply(operator, ['x'], attributes, last),
});

const image = [4, 7, 6];

const cases: readonly OperatorCase[] = [
  { name: 'Conv, uneven pads', ...convolution(image, [5, 4, 3, 3], [intsAttribute('pads', [1, 0, 2, 1])]) },
  {
    name: 'Conv, strides and dilations',
    ...convolution(
      [4, 12, 11],
      [5, 4, 3, 2],
      [intsAttribute('strides', [2, 1]), intsAttribute('dilations', [1, 2]), intsAttribute('pads', [1, 1, 1, 1])],
    ),
  },
  {
    name: 'Conv, depthwise',
    ...convolution(
      image,
      [4, 1, 3, 3],
      [intAttribute('group', 4), intsAttribute('pads', [1, 1, 1, 1]), intsAttribute('strides', [2, 2])],
    ),
  },
  { name: 'Conv, depthwise with two filters each', ...convolution(image, [8, 1, 3, 3], [intAttribute('group', 4)]) },
  { name: 'Conv, two groups', ...convolution(image, [6, 2, 3, 3], [intAttribute('group', 2)]) },
  {
    name: 'BatchNormalization',
    rowShape: image,
    write: (net) => {
      const positive = floats(net, [0.5, 1, 2, 0.1]);
      net.apply('BatchNormalization', ['x', net.weights([4]), net.weights([4]), net.weights([4]), positive], [], last);
    },
  },
  {
    name: 'MaxPool, padded',
    ...pool('MaxPool', [
      intsAttribute('kernel_shape', [3, 3]),
      intsAttribute('strides', [2, 2]),
      intsAttribute('pads', [1, 1, 1, 1]),
    ]),
  },
  {
    name: 'MaxPool, rounded up',
    ...pool('MaxPool', [
      intsAttribute('kernel_shape', [2, 3]),
      intsAttribute('strides', [2, 2]),
      intAttribute('ceil_mode', 1),
    ]),
  },
  {
    name: 'AveragePool, padding left out',
    ...pool('AveragePool', [
      intsAttribute('kernel_shape', [3, 3]),
      intsAttribute('strides', [2, 2]),
      intsAttribute('pads', [1, 1, 1, 1]),
    ]),
  },
  {
    name: 'AveragePool, padding counted',
    ...pool('AveragePool', [
      intsAttribute('kernel_shape', [3, 3]),
      intsAttribute('pads', [1, 1, 1, 1]),
      intAttribute('count_include_pad', 1),
    ]),
  },
  { name: 'GlobalAveragePool, Flatten', rowShape: image, write: chain('GlobalAveragePool', 'Flatten') },
  { name: 'GlobalMaxPool', rowShape: image, write: chain('GlobalMaxPool') },
  ...['Relu', 'Sigmoid', 'Tanh', 'Erf', 'Exp', 'Abs', 'Neg', 'Elu', 'Selu', 'Softplus', 'LeakyRelu', 'HardSigmoid'].map(
    (operator): OperatorCase => ({ name: operator, rowShape: image, write: chain(operator) }),
  ),
  { name: 'HardSwish', rowShape: image, write: chain('HardSwish'), opset: 14 },
  { name: 'Gelu', rowShape: [5, 6], write: chain('Gelu'), opset: 20 },
  { name: 'Sqrt, Log, Reciprocal', rowShape: [5], write: chain('Exp', 'Sqrt', 'Log', 'Exp', 'Reciprocal') },
  {
    name: 'PRelu',
    rowShape: image,
    write: (net) => net.apply('PRelu', ['x', floats(net, [0.1, 0.2, 0.3, 0.4], [4, 1, 1])], [], last),
  },
  {
    name: 'Clip to 6 after a convolution',
    rowShape: image,
    write: (net) => net.apply('Clip', [net.conv('x', 4, 3), floats(net, [0], []), floats(net, [6], [])], [], last),
  },
  {
    name: 'Clip',
    rowShape: [6],
    write: (net) => net.apply('Clip', ['x', floats(net, [-0.5], []), floats(net, [0.25], [])], [], last),
  },
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min'].map(
    (operator): OperatorCase => ({
      name: `${operator}, image and channels`,
      rowShape: image,
      write: (net) => net.apply(operator, [net.conv('x', 4, 4), floats(net, [1, 2, -3, 4], [4, 1, 1])], [], last),
    }),
  ),
  {
    name: 'Pow',
    rowShape: [6],
    write: (net) => {
      const square = net.apply('Pow', ['x', floats(net, [2], [])]);
      net.apply('Pow', [net.apply('Add', [square, floats(net, [1], [])]), floats(net, [1.5], [])], [], last);
    },
  },
  {
    name: 'squeeze and excitation',
    rowShape: image,
    write: (net) => {
      const features = net.conv('x', 4, 4);
      const gate = net.apply('Sigmoid', [net.conv(net.apply('GlobalAveragePool', [features]), 4, 4, { kernel: 1 })]);
      net.apply('Mul', [gate, features], [], last);
    },
  },
  {
    name: 'Flatten of an image, Concat, Gemm',
    rowShape: image,
    write: (net) => {
      const flat = net.apply('Flatten', [net.conv('x', 4, 3)]);
      const pooled = net.apply('Flatten', [net.apply('GlobalMaxPool', ['x'])]);
      const joined = net.apply('Concat', [net.relu(flat), pooled], [intAttribute('axis', 1)]);
      net.dense(joined, 3 * 7 * 6 + 4, 5, last);
    },
  },
  {
    name: 'Flatten of an image alone',
    rowShape: image,
    write: (net) => net.apply('Flatten', [net.conv('x', 4, 3)], [], last),
  },
  {
    name: 'patches to tokens, class token, positions, attention',
    rowShape: [3, 8, 8],
    opset: 17,
    write: (net) => {
      const patches = net.apply('Conv', ['x', net.weights([6, 3, 4, 4])], [intsAttribute('strides', [4, 4])]);
      const flat = net.apply('Reshape', [patches, net.integers([0, 6, -1])]);
      const tokens = net.apply('Transpose', [flat], [intsAttribute('perm', [0, 2, 1])]);
      const rows = net.apply(
        'Gather',
        [net.apply('Shape', [tokens]), net.integers([0], [])],
        [intAttribute('axis', 0)],
      );
      const shape = net.apply(
        'Concat',
        [net.apply('Unsqueeze', [rows, net.integers([0])]), net.integers([1, 6])],
        [intAttribute('axis', 0)],
      );
      const classToken = net.apply('Expand', [net.weights([1, 1, 6]), shape]);
      const all = net.apply('Add', [
        net.apply('Concat', [classToken, tokens], [intAttribute('axis', 1)]),
        net.weights([1, 5, 6]),
      ]);
      const normal = net.apply(
        'LayerNormalization',
        [all, net.weights([6]), net.weights([6])],
        [intAttribute('axis', -1), floatAttribute('epsilon', 1e-6)],
      );
      const joint = net.apply('Add', [net.weights([18]), net.apply('MatMul', [normal, net.weights([6, 18])])]);
      const heads = net.apply(
        'Transpose',
        [net.apply('Reshape', [joint, net.integers([0, 5, 3, 2, 3])])],
        [intsAttribute('perm', [2, 0, 3, 1, 4])],
      );
      const [q, k, v] = [0, 1, 2].map((part) =>
        net.apply('Gather', [heads, net.integers([part], [])], [intAttribute('axis', 0)]),
      ) as [string, string, string];
      const scores = net.apply('MatMul', [q, net.apply('Transpose', [k], [intsAttribute('perm', [0, 1, 3, 2])])]);
      const mixed = net.apply('MatMul', [net.apply('Softmax', [scores], [intAttribute('axis', -1)]), v]);
      const back = net.apply('Reshape', [
        net.apply('Transpose', [mixed], [intsAttribute('perm', [0, 2, 1, 3])]),
        net.integers([0, 5, 6]),
      ]);
      const first = net.apply(
        'Gather',
        [net.apply('Add', [back, all]), net.integers([0], [])],
        [intAttribute('axis', 1)],
      );
      net.dense(first, 6, 4, last);
    },
  },
  {
    name: 'windows of channels-last maps, shifted, as in Swin',
    rowShape: [4, 4, 6],
    opset: 17,
    write: (net) => {
      const part = (from: number, to: number): string =>
        net.apply('Slice', ['x', net.integers([from]), net.integers([to]), net.integers([1])]);
      const shifted = net.apply('Concat', [part(1, 2 ** 31), part(0, 1)], [intAttribute('axis', 1)]);
      const cells = net.apply('Reshape', [shifted, net.integers([-1, 2, 2, 2, 2, 6])]);
      const windows = net.apply('Reshape', [
        net.apply('Transpose', [cells], [intsAttribute('perm', [0, 1, 3, 2, 4, 5])]),
        net.integers([-1, 4, 6]),
      ]);
      const mixed = net.apply(
        'Softmax',
        [net.apply('Add', [net.apply('MatMul', [windows, net.weights([6, 6])]), net.weights([1, 4, 6])])],
        [intAttribute('axis', -1)],
      );
      const apart = net.apply('Reshape', [mixed, net.integers([-1, 2, 2, 2, 2, 6])]);
      const map = net.apply('Reshape', [
        net.apply('Transpose', [apart], [intsAttribute('perm', [0, 1, 3, 2, 4, 5])]),
        net.integers([-1, 4, 4, 6]),
      ]);
      const moved = net.apply('Transpose', [map], [intsAttribute('perm', [0, 3, 1, 2])]);
      net.conv(moved, 6, 3, { output: last });
    },
  },
  ...(['ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin'] as const).map(
    (operator): OperatorCase => ({
      name: `${operator} over positions`,
      rowShape: image,
      opset: 12,
      write: (net) =>
        net.apply(operator, [net.conv('x', 4, 3)], [intsAttribute('axes', [2, 3]), intAttribute('keepdims', 0)], last),
    }),
  ),
  {
    name: 'ReduceMean over channels of an image, kept',
    rowShape: image,
    write: (net) => net.apply('ReduceMean', [net.conv('x', 4, 3)], [intsAttribute('axes', [1])], last),
  },
  {
    name: 'Split, Concat along channels, Pad, strided Slice',
    rowShape: image,
    write: (net) => {
      const [left, right] = [net.builder.claim('left'), net.builder.claim('right')];
      const features = net.conv('x', 4, 4);
      for (const [index, name] of [left, right].entries()) {
        net.apply(
          'Slice',
          [features, net.integers([2 * index]), net.integers([2 * index + 2]), net.integers([1])],
          [],
          name,
        );
      }
      const joined = net.apply('Concat', [right, 'x', left], [intAttribute('axis', 1)]);
      const padded = net.apply('Pad', [joined, net.integers([0, 1, 2, 0, 0, 0, 1, 3])]);
      net.apply(
        'Slice',
        [padded, net.integers([1, 0]), net.integers([100, -1]), net.integers([2, 3]), net.integers([2, 3])],
        [],
        last,
      );
    },
  },
  {
    name: 'Gather of repeated lines',
    rowShape: image,
    write: (net) =>
      net.apply('Gather', [net.conv('x', 4, 3), net.integers([0, 2, 2, 5, 1])], [intAttribute('axis', 2)], last),
  },
  {
    name: 'Squeeze and Unsqueeze',
    rowShape: image,
    write: (net) => {
      const flat = net.apply('Squeeze', [net.apply('GlobalAveragePool', ['x']), net.integers([2, 3])]);
      net.apply('Mul', [net.apply('Unsqueeze', [flat, net.integers([-1, -2])]), net.conv('x', 4, 4)], [], last);
    },
  },
];

describe.each(backends)('stage programs on %s', (backend) => {
  test.each(cases)('$name', async ({ rowShape, write, opset = 13 }) => {
    const bytes = tinyModel(write, { opset, rowShape, outputs: [untypedOutput(last)] });
    const input = randomRows(3, rowShape, 9);
    const expected = (await runModel(bytes, { x: input }))[last]!;
    const tf = await tensorflowOn(backend);
    const before = memory().numTensors;
    const { steps, weights } = emitStageProgram(bytes);
    const program = openProgram({
      tf,
      steps,
      weights: weightsInMemory(decodeSafetensors(weights)),
      path: 'stage.json',
      what: 'the test',
    });
    const x: Tensor = tensor(input.data as Float32Array, [3, ...rowShape]);
    const { logits } = program.run([x], null, 3);
    expect(logits.shape).toEqual([...expected.dims]);
    // Short sums in another order, and erf as a polynomial.
    expectClose(await logits.data(), expected.data, { rtol: 1e-4, atol: 1e-5 });
    logits.dispose();
    program.release();
    expect(memory().numTensors).toBe(before);
  });
});
