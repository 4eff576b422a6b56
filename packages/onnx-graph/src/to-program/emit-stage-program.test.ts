import { openSafetensors } from '@ztw/bundle';
import { UnsupportedModelError } from '@ztw/core';
import { parseTensorProgram, type TensorProgram } from '@ztw/program';
import { describe, expect, test } from 'vitest';
import { type TinyNet, tinyModel } from '../../test/support/tiny.ts';
import { intAttribute, intsAttribute, untypedOutput } from '../graph/build.ts';
import { emitStageProgram } from './emit-stage-program.ts';

function emit(write: (net: TinyNet) => void, inputOrders: readonly (readonly number[])[] = []): TensorProgram {
  const bytes = tinyModel(write, { outputs: [untypedOutput('logits')] });
  const { steps, weights } = emitStageProgram(bytes, { inputOrders });
  const shapes = new Map([...openSafetensors(weights).tensors].map(([name, { shape }]) => [name, shape]));
  return parseTensorProgram(steps, shapes, 'stage.json').program;
}

const operators = ({ steps }: TensorProgram): readonly string[] => steps.map(({ operator }) => operator);

describe('emitStageProgram', () => {
  test('channels go last once, at the border, and activations join their layer', () => {
    const program = emit((net) => {
      const features = net.relu(net.conv('x', 2, 4));
      const pooled = net.apply('GlobalAveragePool', [net.relu(net.conv(features, 4, 4))]);
      net.dense(net.apply('Flatten', [pooled]), 4, 3, 'logits');
    });
    expect(operators(program)).toEqual(['transpose', 'conv2d', 'conv2d', 'reduce', 'reshape', 'dense']);
    expect(program.steps.filter((step) => 'activation' in step && step.activation === 'relu')).toHaveLength(2);
  });

  test('an input that has its channels last already is taken as it is', () => {
    const write = (net: TinyNet): void => void net.conv('x', 2, 4, { output: 'logits' });
    const program = emit(write, [[0, 2, 3, 1]]);
    expect(program.inputs).toEqual([{ name: 'x', rowShape: [8, 8, 2] }]);
    expect(operators(program)).toEqual(['conv2d', 'transpose']);
  });

  test('a flattened image costs no transpose: the dense weights follow its order', () => {
    const program = emit((net) => {
      const flat = net.apply('Flatten', [net.conv('x', 2, 3)], [intAttribute('axis', 1)]);
      net.dense(flat, 3 * 64, 3, 'logits');
    });
    expect(operators(program)).toEqual(['transpose', 'conv2d', 'reshape', 'dense']);
  });

  test('patches become tokens without a transpose', () => {
    const program = emit((net) => {
      const flat = net.apply('Reshape', [net.conv('x', 2, 5), net.integers([0, 5, -1])]);
      const tokens = net.apply('Transpose', [flat], [intsAttribute('perm', [0, 2, 1])]);
      net.apply('MatMul', [tokens, net.weights([5, 3])], [], 'logits');
    });
    expect(operators(program)).toEqual(['transpose', 'conv2d', 'reshape', 'dense']);
  });

  test('a bias that is added joins the dense layer', () => {
    const program = emit((net) => {
      const product = net.apply('MatMul', [net.apply('Flatten', ['x']), net.weights([128, 3])]);
      net.apply('Add', [net.weights([3]), product], [], 'logits');
    });
    expect(operators(program)).toEqual(['reshape', 'dense']);
    expect(program.steps[1]).toMatchObject({ bias: expect.any(String) });
  });

  /** A layer norm as files before operator set 17 spell it out, over `axis` of `[rows, 3, 8]`. */
  const spelledOut =
    (axis: number, square: 'Mul' | 'Pow' = 'Pow', scale: readonly number[] = [8]) =>
    (net: TinyNet): void => {
      const keep = [intsAttribute('axes', [axis]), intAttribute('keepdims', 1)];
      const x = net.apply('Reshape', [net.conv('x', 2, 3, { stride: 2 }), net.integers([0, 6, 8])]);
      const centred = net.apply('Sub', [x, net.apply('ReduceMean', [x], keep)]);
      const two = net.builder.floats('two', [], Float32Array.of(2));
      const squares = net.apply(square, [centred, square === 'Mul' ? centred : two]);
      const epsilon = net.builder.floats('epsilon', [1], Float32Array.of(0.25));
      const variance = net.apply('Add', [net.apply('ReduceMean', [squares], keep), epsilon]);
      const normalised = net.apply('Div', [centred, net.apply('Sqrt', [variance])]);
      const scaled = net.apply('Mul', [normalised, net.weights(scale)]);
      net.apply('Add', [net.weights([8]), scaled], [], 'logits');
    };

  test.each(['Mul', 'Pow'] as const)('a layer norm that is spelled out with %s becomes one step', (square) => {
    const program = emit(spelledOut(2, square));
    expect(operators(program).slice(-2)).toEqual(['reshape', 'layer-norm']);
    expect(program.steps.at(-1)).toMatchObject({ epsilon: 0.25, output: 'logits' });
  });

  test('what only looks like a layer norm stays as it is', () => {
    // Over another axis than the last; with one scale for all.
    for (const other of [spelledOut(1), spelledOut(2, 'Pow', [1])]) {
      expect(operators(emit(other))).not.toContain('layer-norm');
    }
  });

  test.each<[string, (net: TinyNet) => void, RegExp]>([
    [
      'an unknown operator',
      (net) => void net.apply('Einsum', ['x'], [], 'logits'),
      /node 'logits': stage programs have no operator Einsum/,
    ],
    [
      'an attribute that is not covered',
      (net) =>
        void net.apply(
          'MaxPool',
          ['x'],
          [intsAttribute('kernel_shape', [2, 2]), intsAttribute('dilations', [2, 2])],
          'logits',
        ),
      /node 'logits' \(MaxPool\): dilated pools are not supported; .* ONNX Runtime/,
    ],
    [
      'a shape that does not fit',
      (net) => void net.apply('Reshape', ['x', net.integers([0, 7])], [], 'logits'),
      /\(Reshape\): its target shape does not fit/,
    ],
  ])('names the node of %s', (_name, write, message) => {
    expect(() => emit(write)).toThrow(UnsupportedModelError);
    expect(() => emit(write)).toThrow(message);
  });
});
