// Writes tiny ONNX files with a dozen protobuf fields of onnx.proto, so that these tests need no graph library.

type Field = readonly [number: number, value: number | bigint | string | Uint8Array | Float32Array];

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return bytes;
}

function message(fields: readonly Field[]): Uint8Array {
  const bytes: number[] = [];
  for (const [number, value] of fields) {
    if (typeof value === 'number' || typeof value === 'bigint') {
      bytes.push(...varint(BigInt(number << 3)), ...varint(BigInt(value)));
      continue;
    }
    const payload =
      typeof value === 'string'
        ? new TextEncoder().encode(value)
        : value instanceof Float32Array
          ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
          : value;
    bytes.push(...varint(BigInt((number << 3) | 2)), ...varint(BigInt(payload.length)), ...payload);
  }
  return Uint8Array.from(bytes);
}

/** Element types by their number in TensorProto.DataType. */
export const elementTypes = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11 } as const;
export type ElementType = keyof typeof elementTypes;

/** Attribute values: an integer or a list of integers. */
export type TinyAttribute = number | readonly number[];

export interface TinyNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, TinyAttribute>>;
}

export interface TinyValue {
  readonly name: string;
  /** `sequence` makes a sequence of float32 tensors. */
  readonly type: ElementType | 'sequence';
  /** Numbers, or names of dynamic axes; null leaves the shape out. */
  readonly dims: readonly (number | string)[] | null;
}

export interface TinyConstant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

export interface TinyGraph {
  readonly nodes: readonly TinyNode[];
  readonly inputs: readonly TinyValue[];
  readonly outputs: readonly TinyValue[];
  readonly constants?: readonly TinyConstant[];
  readonly opset?: number;
}

function attribute(name: string, value: TinyAttribute): Uint8Array {
  return typeof value === 'number'
    ? message([
        [1, name],
        [3, value],
        [20, 2],
      ])
    : message([[1, name], ...value.map((item): Field => [8, item]), [20, 7]]);
}

function node(tiny: TinyNode): Uint8Array {
  return message([
    ...tiny.inputs.map((name): Field => [1, name]),
    ...tiny.outputs.map((name): Field => [2, name]),
    [4, tiny.operator],
    ...Object.entries(tiny.attributes ?? {}).map(([name, value]): Field => [5, attribute(name, value)]),
  ]);
}

function tensorType(type: ElementType, dims: TinyValue['dims']): Uint8Array {
  const shape: Field[] =
    dims === null
      ? []
      : [[2, message(dims.map((dim): Field => [1, message([typeof dim === 'number' ? [1, dim] : [2, dim]])]))]];
  return message([[1, message([[1, elementTypes[type]], ...shape])]]);
}

function value(tiny: TinyValue): Uint8Array {
  const type =
    tiny.type === 'sequence'
      ? message([[4, message([[1, tensorType('float32', tiny.dims)]])]])
      : tensorType(tiny.type, tiny.dims);
  return message([
    [1, tiny.name],
    [2, type],
  ]);
}

function constant(tiny: TinyConstant): Uint8Array {
  const raw = new Uint8Array(tiny.values.buffer, tiny.values.byteOffset, tiny.values.byteLength);
  return message([
    ...tiny.dims.map((dim): Field => [1, dim]),
    [2, tiny.values instanceof Float32Array ? elementTypes.float32 : elementTypes.int64],
    [8, tiny.name],
    [9, raw],
  ]);
}

/** Bytes of a complete ONNX file. */
export function tinyOnnx(graph: TinyGraph): Uint8Array {
  return message([
    [1, 8],
    [
      7,
      message([
        ...graph.nodes.map((tiny): Field => [1, node(tiny)]),
        [2, 'tiny'],
        ...(graph.constants ?? []).map((tiny): Field => [5, constant(tiny)]),
        ...graph.inputs.map((tiny): Field => [11, value(tiny)]),
        ...graph.outputs.map((tiny): Field => [12, value(tiny)]),
      ]),
    ],
    [
      8,
      message([
        [1, ''],
        [2, graph.opset ?? 13],
      ]),
    ],
  ]);
}
