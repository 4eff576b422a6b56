// Constructors of ONNX messages for emitted graphs.

import { create } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  type TypeProto,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';

export function intAttribute(name: string, value: number): AttributeProto {
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) });
}

export function intsAttribute(name: string, values: readonly number[]): AttributeProto {
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INTS, ints: values.map(BigInt) });
}

/** Rounds the value to float32, the type that files store. */
export function floatAttribute(name: string, value: number): AttributeProto {
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: Math.fround(value) });
}

export function stringAttribute(name: string, value: string): AttributeProto {
  const s = new TextEncoder().encode(value);
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.STRING, s });
}

export function tensorAttribute(name: string, t: TensorProto): AttributeProto {
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.TENSOR, t });
}

export function graphAttribute(name: string, g: GraphProto): AttributeProto {
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.GRAPH, g });
}

export function makeNode(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attribute: readonly AttributeProto[] = [],
): NodeProto {
  const [name = ''] = output;
  return create(NodeProtoSchema, { name, opType, input: [...input], output: [...output], attribute: [...attribute] });
}

/** A dimension: its size, or the name of a size that is known only when the graph runs. */
export type Dimension = number | string;

/** Name, element type and shape of a graph input or output. */
export function valueInfo(
  name: string,
  dims: readonly Dimension[],
  elemType: TensorProto_DataType = TensorProto_DataType.FLOAT,
): ValueInfoProto {
  const shape = {
    dim: dims.map((dim) => ({
      value:
        typeof dim === 'number'
          ? { case: 'dimValue' as const, value: BigInt(dim) }
          : { case: 'dimParam' as const, value: dim },
    })),
  };
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType, shape } } },
  });
}

/** A graph output whose type the runtime infers. */
export function untypedOutput(name: string): ValueInfoProto {
  return create(ValueInfoProtoSchema, { name });
}

/** Sizes of a tensor type's axes: a number, a name, or null where unknown; null for an unknown rank. */
export function declaredDims(type: TypeProto | undefined): readonly (Dimension | null)[] | null {
  if (type?.value.case !== 'tensorType' || type.value.value.shape === undefined) return null;
  return type.value.value.shape.dim.map(({ value }) => {
    if (value.case === 'dimValue') return Number(value.value);
    return value.case === 'dimParam' ? value.value : null;
  });
}
