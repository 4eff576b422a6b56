import { UnsupportedModelError } from '@ztw/core';
import { fixedSizes } from '@ztw/program';
import { type TensorProto, TensorProto_DataType } from 'onnx-buf';
import { elementTypeName, floatingValues, integerValues, tensorDims } from '../model/tensor.ts';
import { floats } from './float-array.ts';
import type { FloatsValue, IntegersValue } from './graph-value.ts';

/**
 * The values of a stored tensor.
 * @param label Name of the tensor in messages.
 * @throws UnsupportedModelError for a type other than float32, float64, int64, int32 and bool.
 */
export function constantValue(tensor: TensorProto, label: string): FloatsValue | IntegersValue {
  const shape = tensorDims(tensor);
  const integers = integerValues(tensor);
  if (integers !== null) return { kind: 'integers', shape, values: fixedSizes(integers) };
  const isFloat = tensor.dataType === TensorProto_DataType.FLOAT || tensor.dataType === TensorProto_DataType.DOUBLE;
  const values = isFloat ? floatingValues(tensor) : null;
  if (values === null) {
    throw new UnsupportedModelError(
      `${label} is of type ${elementTypeName(tensor.dataType)}; stage programs support float32 and integers. Export the network with float32 weights`,
      { expected: 'float32 or integers', received: elementTypeName(tensor.dataType), path: label },
    );
  }
  return floats(shape, Float32Array.from(values));
}
