// Reads and creates TensorProtos. Values are in `rawData` (little-endian) or in one of the typed lists.

import { create } from '@bufbuild/protobuf';
import { type TensorProto, TensorProto_DataType, TensorProtoSchema } from 'onnx-buf';

/** Bytes per element of the types whose raw form is a whole number of bytes; absent for strings and sub-byte types. */
const bytesPerElement: ReadonlyMap<number, number> = new Map([
  [TensorProto_DataType.FLOAT, 4],
  [TensorProto_DataType.UINT8, 1],
  [TensorProto_DataType.INT8, 1],
  [TensorProto_DataType.UINT16, 2],
  [TensorProto_DataType.INT16, 2],
  [TensorProto_DataType.INT32, 4],
  [TensorProto_DataType.INT64, 8],
  [TensorProto_DataType.BOOL, 1],
  [TensorProto_DataType.FLOAT16, 2],
  [TensorProto_DataType.DOUBLE, 8],
  [TensorProto_DataType.UINT32, 4],
  [TensorProto_DataType.UINT64, 8],
  [TensorProto_DataType.COMPLEX64, 8],
  [TensorProto_DataType.COMPLEX128, 16],
  [TensorProto_DataType.BFLOAT16, 2],
  [TensorProto_DataType.FLOAT8E4M3FN, 1],
  [TensorProto_DataType.FLOAT8E4M3FNUZ, 1],
  [TensorProto_DataType.FLOAT8E5M2, 1],
  [TensorProto_DataType.FLOAT8E5M2FNUZ, 1],
]);

/** ONNX Runtime's names of the element types that decide shapes or carry features. */
const typeNames: ReadonlyMap<number, string> = new Map([
  [TensorProto_DataType.FLOAT, 'float32'],
  [TensorProto_DataType.DOUBLE, 'float64'],
  [TensorProto_DataType.FLOAT16, 'float16'],
  [TensorProto_DataType.INT32, 'int32'],
  [TensorProto_DataType.INT64, 'int64'],
  [TensorProto_DataType.BOOL, 'bool'],
]);

/** `float32`, `int64`, ..., or `type N` for types that this package does not read. */
export function elementTypeName(dataType: number): string {
  return typeNames.get(dataType) ?? `type ${dataType}`;
}

/** The ONNX number of `int64`, `int32` or `bool`; undefined for all others. */
export function integerDataType(typeName: string): TensorProto_DataType | undefined {
  if (typeName === 'int64') return TensorProto_DataType.INT64;
  if (typeName === 'int32') return TensorProto_DataType.INT32;
  if (typeName === 'bool') return TensorProto_DataType.BOOL;
  return undefined;
}

export function tensorDims(tensor: TensorProto): readonly number[] {
  return tensor.dims.map(Number);
}

/** Product of dims; 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** Expected length of `rawData`, or null where the type has no whole number of bytes per element. */
export function rawByteLength(tensor: TensorProto): number | null {
  const size = bytesPerElement.get(tensor.dataType);
  return size === undefined ? null : size * elementCount(tensorDims(tensor));
}

/** Raw bytes in a buffer aligned for any typed array. */
function alignedBytes(tensor: TensorProto): ArrayBuffer {
  const copy = new Uint8Array(tensor.rawData.length);
  copy.set(tensor.rawData);
  return copy.buffer;
}

/** Values of a float32, float64 or float16 tensor as stored (float16 as bit patterns); null for every other type. */
export function floatingValues(tensor: TensorProto): ArrayLike<number> | null {
  const raw = tensor.rawData.length > 0;
  switch (tensor.dataType) {
    case TensorProto_DataType.FLOAT:
      return raw ? new Float32Array(alignedBytes(tensor)) : tensor.floatData;
    case TensorProto_DataType.DOUBLE:
      return raw ? new Float64Array(alignedBytes(tensor)) : tensor.doubleData;
    case TensorProto_DataType.FLOAT16:
    case TensorProto_DataType.BFLOAT16:
      return raw ? new Uint16Array(alignedBytes(tensor)) : tensor.int32Data;
    default:
      return null;
  }
}

/** Values of an int64, int32 or bool tensor; null for every other type. Int64 beyond 2^53 is rounded. */
export function integerValues(tensor: TensorProto): readonly number[] | null {
  const raw = tensor.rawData.length > 0;
  switch (tensor.dataType) {
    case TensorProto_DataType.INT64:
      return raw ? Array.from(new BigInt64Array(alignedBytes(tensor)), Number) : tensor.int64Data.map(Number);
    case TensorProto_DataType.INT32:
      return raw ? Array.from(new Int32Array(alignedBytes(tensor))) : tensor.int32Data;
    case TensorProto_DataType.BOOL:
      return raw ? Array.from(tensor.rawData) : tensor.int32Data;
    default:
      return null;
  }
}

/** The same values under another name; the data is shared. */
export function renameTensor(tensor: TensorProto, name: string): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: tensor.dims,
    dataType: tensor.dataType,
    floatData: tensor.floatData,
    int32Data: tensor.int32Data,
    stringData: tensor.stringData,
    int64Data: tensor.int64Data,
    doubleData: tensor.doubleData,
    uint64Data: tensor.uint64Data,
    // Empty raw data would hide the values of a typed list.
    ...(tensor.rawData.length > 0 ? { rawData: tensor.rawData } : {}),
  });
}

/** A float32 tensor. `data` is row-major and copied. */
export function floatTensor(name: string, dims: readonly number[], data: Float32Array): TensorProto {
  const rawData = new Uint8Array(data.length * 4);
  const view = new DataView(rawData.buffer);
  for (let index = 0; index < data.length; index++) view.setFloat32(index * 4, data[index] as number, true);
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: TensorProto_DataType.FLOAT,
    rawData,
  });
}

/** An int64, int32 or bool tensor. */
export function integerTensor(
  name: string,
  dims: readonly number[],
  values: readonly number[],
  dataType: TensorProto_DataType = TensorProto_DataType.INT64,
): TensorProto {
  const base = { name, dims: dims.map(BigInt), dataType };
  return dataType === TensorProto_DataType.INT64
    ? create(TensorProtoSchema, { ...base, int64Data: values.map(BigInt) })
    : create(TensorProtoSchema, { ...base, int32Data: [...values] });
}
