// Inner graphs (bodies of If, Loop, Scan) read tensors of the outer graph by name, without listing them as inputs.

import { create } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { renameTensor } from '../model/tensor.ts';

/** Names of outer tensors that the inner graphs of a node read, at any depth. */
export function capturedNames(node: NodeProto): ReadonlySet<string> {
  const captured = new Set<string>();
  for (const graph of innerGraphs(node)) {
    const local = new Set([
      ...graph.input.map(({ name }) => name),
      ...graph.initializer.map(({ name }) => name),
      ...graph.node.flatMap(({ output }) => output),
    ]);
    for (const inner of graph.node) {
      for (const name of [...inner.input, ...capturedNames(inner)]) {
        if (name !== '' && !local.has(name)) captured.add(name);
      }
    }
    for (const { name } of graph.output) if (!local.has(name)) captured.add(name);
  }
  return captured;
}

function innerGraphs(node: NodeProto): readonly GraphProto[] {
  return node.attribute.flatMap(({ g, graphs }) => (g === undefined ? graphs : [g, ...graphs]));
}

/** A copy of a node with renamed inputs and outputs, including those in its inner graphs. */
export function renameNode(node: NodeProto, nameOf: (name: string) => string): NodeProto {
  const rename = (name: string): string => (name === '' ? '' : nameOf(name));
  return create(NodeProtoSchema, {
    ...fieldsOf(node),
    input: node.input.map(rename),
    output: node.output.map(rename),
    attribute: node.attribute.map((attribute) => renameInAttribute(attribute, nameOf)),
  });
}

function fieldsOf(node: NodeProto): Pick<NodeProto, 'name' | 'opType' | 'domain' | 'overload' | 'metadataProps'> {
  const { name, opType, domain, overload, metadataProps } = node;
  return { name, opType, domain, overload, metadataProps };
}

function renameInAttribute(attribute: AttributeProto, nameOf: (name: string) => string): AttributeProto {
  if (attribute.g === undefined && attribute.graphs.length === 0) return attribute;
  const { name, type, g, graphs } = attribute;
  return create(AttributeProtoSchema, {
    name,
    type,
    graphs: graphs.map((graph) => renameInGraph(graph, nameOf)),
    ...(g === undefined ? {} : { g: renameInGraph(g, nameOf) }),
  });
}

function renameInGraph(graph: GraphProto, nameOf: (name: string) => string): GraphProto {
  return create(GraphProtoSchema, {
    name: graph.name,
    initializer: graph.initializer.map((tensor) => renameTensor(tensor, nameOf(tensor.name))),
    sparseInitializer: graph.sparseInitializer,
    input: graph.input.map((info) => renameInfo(info, nameOf)),
    output: graph.output.map((info) => renameInfo(info, nameOf)),
    node: graph.node.map((node) => renameNode(node, nameOf)),
  });
}

function renameInfo(info: ValueInfoProto, nameOf: (name: string) => string): ValueInfoProto {
  const name = nameOf(info.name);
  return create(ValueInfoProtoSchema, info.type === undefined ? { name } : { name, type: info.type });
}
