// Operators on one value.

import type { NewStep, ProgramFunction, TensorValue } from '@ztw/program';
import { floatAttributeOf, stringAttributeOf } from '../../model/attributes.ts';
import { floats } from '../float-array.ts';
import type { GraphValue } from '../graph-value.ts';
import { asFloats, type NodeReader, type OperatorTable, type OperatorTranslation } from '../node-reader.ts';
import { binary } from './binary.ts';

/** Functions that are computed during translation where the value is constant. */
const known: Partial<Readonly<Record<ProgramFunction, (value: number) => number>>> = {
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  neg: (value) => -value,
  abs: Math.abs,
  reciprocal: (value) => 1 / value,
};

function translateFunction(name: ProgramFunction): OperatorTranslation {
  return (node) => {
    const input = node.input(0);
    if (input.kind === 'tensor') return apply(node, { operator: 'function', function: name, input: input.name }, input);
    const [compute, values] = [known[name], asFloats(input)];
    if (compute === undefined || values === null) return node.refuse('its input must not be a constant');
    return floats(values.shape, values.data.map(compute));
  };
}

/** A step whose result has the shape and layout of its input. */
function apply({ writer, hint }: NodeReader, step: NewStep, input: TensorValue, name = hint): TensorValue {
  return { ...writer.addValue(step, name, input.shape, input.order), columns: input.columns };
}

const translateClip: OperatorTranslation = (node) => {
  const input = node.tensor(0);
  const limit = (name: string, position: number): number | null => {
    const attribute = node.proto.attribute.find((candidate) => candidate.name === name);
    const value = attribute?.f ?? node.floats(position)?.data[0];
    return value === undefined || Math.abs(value) > 3e38 ? null : value;
  };
  const [minimum, maximum] = [limit('min', 1), limit('max', 2)];
  if (minimum === 0 && maximum === null)
    return apply(node, { operator: 'function', function: 'relu', input: input.name }, input);
  if (minimum === 0 && maximum === 6)
    return apply(node, { operator: 'function', function: 'relu6', input: input.name }, input);
  return apply(node, { operator: 'clip', minimum, maximum, input: input.name }, input);
};

const translateLeakyRelu: OperatorTranslation = (node) => {
  const input = node.tensor(0);
  const slope = floatAttributeOf(node.proto, 'alpha', 0.01);
  return apply(node, { operator: 'leaky-relu', slope, input: input.name }, input);
};

const translateElu: OperatorTranslation = (node) => {
  if (floatAttributeOf(node.proto, 'alpha', 1) !== 1) node.refuse('only alpha 1 is supported');
  return translateFunction('elu')(node);
};

/** `relu(x) - slope * relu(-x)` */
const translatePRelu: OperatorTranslation = (node) => {
  const input = node.tensor(0);
  const relu = (value: TensorValue, name: string): TensorValue =>
    apply(node, { operator: 'function', function: 'relu', input: value.name }, value, name);
  const negated = apply(
    node,
    { operator: 'function', function: 'neg', input: input.name },
    input,
    `${node.hint}/negated`,
  );
  const below = binary(node, 'multiply', relu(negated, `${node.hint}/below`), node.input(1), `${node.hint}/scaled`);
  return binary(node, 'subtract', relu(input, `${node.hint}/above`), below, node.hint);
};

const number = (value: number): GraphValue => floats([], Float32Array.of(value));

/** `min(max(alpha * x + beta, 0), 1)` */
function hardSigmoid(node: NodeReader, input: TensorValue, alpha: number, beta: number, name: string): TensorValue {
  const scaled = binary(node, 'multiply', input, number(alpha), `${name}/scaled`);
  const moved = binary(node, 'add', scaled, number(beta), `${name}/moved`) as TensorValue;
  return apply(node, { operator: 'clip', minimum: 0, maximum: 1, input: moved.name }, moved, name);
}

const translateHardSigmoid: OperatorTranslation = (node) => {
  const alpha = floatAttributeOf(node.proto, 'alpha', 0.2);
  const beta = floatAttributeOf(node.proto, 'beta', 0.5);
  return hardSigmoid(node, node.tensor(0), alpha, beta, node.hint);
};

/** `x * min(max(x / 6 + 1 / 2, 0), 1)` */
const translateHardSwish: OperatorTranslation = (node) => {
  const input = node.tensor(0);
  const gate = hardSigmoid(node, input, 1 / 6, 0.5, `${node.hint}/gate`);
  return binary(node, 'multiply', input, gate, node.hint);
};

/** `x / 2 * (1 + erf(x / sqrt 2))`, or the approximation with tanh. */
const translateGelu: OperatorTranslation = (node) => {
  const input = node.tensor(0);
  const { hint } = node;
  const inner =
    stringAttributeOf(node.proto, 'approximate', 'none') === 'tanh'
      ? tanhArgument(node, input)
      : binary(node, 'multiply', input, number(Math.SQRT1_2), `${hint}/inner`);
  const name = stringAttributeOf(node.proto, 'approximate', 'none') === 'tanh' ? 'tanh' : 'erf';
  const curve = apply(
    node,
    { operator: 'function', function: name, input: (inner as TensorValue).name },
    inner as TensorValue,
    `${hint}/curve`,
  );
  const gate = binary(node, 'add', curve, number(1), `${hint}/gate`);
  return binary(node, 'multiply', binary(node, 'multiply', input, number(0.5), `${hint}/half`), gate, hint);
};

/** `sqrt(2 / pi) * (x + 0.044715 x^3)` */
function tanhArgument(node: NodeReader, input: TensorValue): GraphValue {
  const { hint } = node;
  const square = binary(node, 'multiply', input, input, `${hint}/square`);
  const bent = binary(node, 'multiply', square, number(0.044715), `${hint}/bent`);
  const factor = binary(node, 'add', bent, number(1), `${hint}/factor`);
  const cubic = binary(node, 'multiply', input, factor, `${hint}/cubic`);
  return binary(node, 'multiply', cubic, number(Math.sqrt(2 / Math.PI)), `${hint}/inner`);
}

export const functionOperators: OperatorTable = {
  Relu: translateFunction('relu'),
  Sigmoid: translateFunction('sigmoid'),
  Tanh: translateFunction('tanh'),
  Erf: translateFunction('erf'),
  Exp: translateFunction('exp'),
  Log: translateFunction('log'),
  Sqrt: translateFunction('sqrt'),
  Abs: translateFunction('abs'),
  Neg: translateFunction('neg'),
  Selu: translateFunction('selu'),
  Softplus: translateFunction('softplus'),
  Reciprocal: translateFunction('reciprocal'),
  Elu: translateElu,
  Clip: translateClip,
  LeakyRelu: translateLeakyRelu,
  PRelu: translatePRelu,
  HardSigmoid: translateHardSigmoid,
  HardSwish: translateHardSwish,
  Gelu: translateGelu,
};
