import type { ProgramBinaryFunction, ProgramFunction } from '@ztw/program';
import { constantOf, dataOf, nameOf, type OperationLowering, refuseOperation } from './graph-operation.ts';
import { numberOf } from './node-attributes.ts';

export const lowerFunction =
  (...names: readonly ProgramFunction[]): OperationLowering =>
  (operation, writer) =>
    names.reduce((input, name) => writer.apply(name, input), dataOf(operation).name);

export const lowerBinary =
  (name: ProgramBinaryFunction): OperationLowering =>
  (operation, writer) => {
    const operands = Array.from({ length: operation.inputCount }, (_unused, position) => operation.operand(position));
    const rank = operation.outputShape.length;
    if (operands.some((operand) => operand.kind === 'data' && operand.rowShape.length !== rank)) {
      refuseOperation(operation, 'it combines rows with different numbers of axes.');
    }
    const [first = '', ...others] = operands.map((_operand, position) =>
      nameOf(operation, position, writer, 'operand'),
    );
    return others.reduce((left, right) => writer.combine(name, left, right), first);
  };

export const lowerLeakyRelu: OperationLowering = (operation, writer) =>
  writer.add({
    operator: 'leaky-relu',
    input: dataOf(operation).name,
    slope: numberOf(operation.attributes, 'alpha', 0.2),
  });

/** `max(x, 0) + alpha * min(x, 0)` */
export const lowerPRelu: OperationLowering = (operation, writer) => {
  const { name: input } = dataOf(operation);
  const slopes = nameOf(operation, 1, writer, 'alpha');
  const falling = writer.combine('multiply', writer.combine('minimum', input, 0), slopes);
  return writer.combine('add', writer.apply('relu', input), falling);
};

export const lowerClip: OperationLowering = (operation, writer) => {
  const [minimum, maximum] = [1, 2].map((position) => constantOf(operation, position).data[0] ?? null);
  return writer.add({
    operator: 'clip',
    input: dataOf(operation).name,
    minimum: minimum ?? null,
    maximum: maximum ?? null,
  });
};

export const lowerSquare: OperationLowering = (operation, writer) => {
  const { name } = dataOf(operation);
  return writer.combine('multiply', name, name);
};

/** `(x - mean) * scale / sqrt(variance + epsilon) + offset`, with stored mean and variance. */
export const lowerBatchNormalisation: OperationLowering = (operation, writer) => {
  const [scale, offset, mean, variance] = [1, 2, 3, 4].map((position) => constantOf(operation, position).data);
  const epsilon = numberOf(operation.attributes, 'epsilon', 1e-4);
  if (scale === undefined || offset === undefined || mean === undefined || variance === undefined) {
    return refuseOperation(operation, 'it needs a scale, an offset, a mean and a variance.');
  }
  const factors = scale.map((value, channel) => value / Math.sqrt((variance[channel] as number) + epsilon));
  const shifts = offset.map((value, channel) => value - (mean[channel] as number) * (factors[channel] as number));
  const factor = writer.store('scale', [factors.length], factors);
  const scaled = writer.combine('multiply', dataOf(operation).name, factor);
  return writer.combine('add', scaled, writer.store('offset', [shifts.length], shifts));
};

export const lowerSoftmax: OperationLowering = (operation, writer) =>
  writer.add({ operator: 'softmax', input: dataOf(operation).name });
