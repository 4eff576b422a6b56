import type { ProgramReduction } from '@ztw/program';
import { axesOf, constantOf, dataOf, type OperationLowering, refuseOperation } from './graph-operation.ts';
import { flagOf } from './node-attributes.ts';

export const lowerIdentity: OperationLowering = (operation) => dataOf(operation).name;

/** Reshape, Squeeze, ExpandDims: the probe has found the shape of the result. */
export const lowerReshape: OperationLowering = (operation, writer) =>
  writer.add({
    operator: 'reshape',
    input: dataOf(operation).name,
    shape: [{ perRow: 1 }, ...operation.outputShape],
  });

export const lowerTranspose: OperationLowering = (operation, writer) => {
  const { name, rowShape } = dataOf(operation);
  const permutation = axesOf(operation, 1, rowShape.length + 1);
  if (permutation[0] !== 0) refuseOperation(operation, 'it moves the axis of the rows, which must stay first.');
  return writer.add({ operator: 'transpose', input: name, permutation });
};

export const lowerPad: OperationLowering = (operation, writer) => {
  const { data } = constantOf(operation, 1);
  const pads = Array.from(
    { length: data.length / 2 },
    (_unused, axis) => [data[2 * axis], data[2 * axis + 1]] as [number, number],
  );
  const value = operation.inputCount > 2 ? (constantOf(operation, 2).data[0] ?? 0) : 0;
  if (pads[0]?.some((count) => count !== 0)) refuseOperation(operation, 'it adds rows.');
  return writer.add({ operator: 'pad', input: dataOf(operation).name, pads, value });
};

/** The axis is the last input. */
export const lowerConcat: OperationLowering = (operation, writer) => {
  const parts = Array.from({ length: operation.inputCount - 1 }, (_unused, position) => dataOf(operation, position));
  const [axis = 0] = axesOf(operation, operation.inputCount - 1, operation.outputShape.length + 1);
  if (axis === 0) refuseOperation(operation, 'it joins rows.');
  return writer.add({ operator: 'concat', inputs: parts.map(({ name }) => name), axis });
};

export const lowerReduction =
  (name: ProgramReduction): OperationLowering =>
  (operation, writer) => {
    const { name: input, rowShape } = dataOf(operation);
    const axes = axesOf(operation, 1, rowShape.length + 1);
    if (axes.includes(0)) refuseOperation(operation, 'it reduces over the rows.');
    const keepAxes = flagOf(operation.attributes, 'keep_dims');
    return writer.add({ operator: 'reduce', function: name, input, axes, keepAxes });
  };
