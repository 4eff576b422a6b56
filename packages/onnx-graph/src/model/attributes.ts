import type { AttributeProto, NodeProto } from 'onnx-buf';

function find(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute.find((attribute) => attribute.name === name);
}

export function intAttributeOf(node: NodeProto, name: string, fallback: number): number {
  const attribute = find(node, name);
  return attribute === undefined ? fallback : Number(attribute.i);
}

export function intsAttributeOf(node: NodeProto, name: string): readonly number[] | null {
  return find(node, name)?.ints.map(Number) ?? null;
}

export function floatAttributeOf(node: NodeProto, name: string, fallback: number): number {
  return find(node, name)?.f ?? fallback;
}

export function stringAttributeOf(node: NodeProto, name: string, fallback: string): string {
  const attribute = find(node, name);
  return attribute === undefined ? fallback : new TextDecoder().decode(attribute.s);
}
