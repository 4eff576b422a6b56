// Checks of a stored tensor: values in another file, fewer bytes than its shape needs, NaN.

import { InvalidModelError } from '@ztw/core';
import { type TensorProto, TensorProto_DataLocation, TensorProto_DataType } from 'onnx-buf';
import { elementCount, floatingValues, rawByteLength, tensorDims } from './tensor.ts';

/**
 * @param label Name of the tensor in messages, e.g. `initialiser 'conv1.weight'`.
 * @throws InvalidModelError when the tensor is unusable.
 */
export function checkTensor(tensor: TensorProto, label: string): void {
  if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    throw new InvalidModelError(
      `${label} keeps its values in an external file ('${externalFile(tensor)}'), which a single ONNX file cannot reach; ` +
        'save the model with all weights inside it (onnx.save_model with save_as_external_data=False)',
      { expected: 'values inside the file', received: externalFile(tensor), path: label },
    );
  }
  checkLength(tensor, label);
  const nan = firstNaN(tensor);
  if (nan !== null) {
    throw new InvalidModelError(
      `${label} holds NaN at element ${nan}; every prediction would be NaN: export the model again from weights without NaN`,
      { expected: 'finite values', received: 'NaN', path: label },
    );
  }
}

function externalFile(tensor: TensorProto): string {
  return tensor.externalData.find((entry) => entry.key === 'location')?.value ?? 'unnamed';
}

function checkLength(tensor: TensorProto, label: string): void {
  const dims = tensorDims(tensor);
  const elements = elementCount(dims);
  if (dims.some((dim) => dim < 0) || !Number.isSafeInteger(elements)) {
    throw new InvalidModelError(`${label} has the impossible shape [${dims.join(', ')}]; the file is damaged`, {
      received: dims,
      path: label,
    });
  }
  const rawLength = rawByteLength(tensor);
  if (tensor.rawData.length > 0) {
    if (rawLength !== null && tensor.rawData.length !== rawLength) {
      throw new InvalidModelError(
        `${label} of shape [${dims.join(', ')}] needs ${rawLength} bytes but holds ${tensor.rawData.length}; the file is truncated or damaged`,
        { expected: rawLength, received: tensor.rawData.length, path: label },
      );
    }
    return;
  }
  if (elements > 0 && listLength(tensor) === 0) {
    throw new InvalidModelError(
      `${label} of shape [${dims.join(', ')}] needs ${elements} values but holds none; the file is truncated or damaged`,
      { expected: elements, received: 0, path: label },
    );
  }
  const countedByElement = rawLength !== null && !isComplex(tensor.dataType);
  if (countedByElement && listLength(tensor) !== elements) {
    throw new InvalidModelError(
      `${label} of shape [${dims.join(', ')}] needs ${elements} values but holds ${listLength(tensor)}; the file is truncated or damaged`,
      { expected: elements, received: listLength(tensor), path: label },
    );
  }
}

function listLength(tensor: TensorProto): number {
  return (
    tensor.floatData.length +
    tensor.int32Data.length +
    tensor.int64Data.length +
    tensor.doubleData.length +
    tensor.uint64Data.length +
    tensor.stringData.length
  );
}

function isComplex(dataType: number): boolean {
  return dataType === TensorProto_DataType.COMPLEX64 || dataType === TensorProto_DataType.COMPLEX128;
}

function firstNaN(tensor: TensorProto): number | null {
  const values = floatingValues(tensor);
  if (values === null) return null;
  const holdsNaN = nanTest(tensor.dataType);
  for (let index = 0; index < values.length; index++) {
    if (holdsNaN(values[index] as number)) return index;
  }
  return null;
}

function nanTest(dataType: number): (value: number) => boolean {
  if (dataType === TensorProto_DataType.FLOAT16) return (bits) => (bits & 0x7fff) > 0x7c00;
  if (dataType === TensorProto_DataType.BFLOAT16) return (bits) => (bits & 0x7fff) > 0x7f80;
  return Number.isNaN;
}
