// Collects the nodes and stored tensors of a new graph and keeps its names unique.

import { create } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  type OperatorSetIdProto,
  OperatorSetIdProtoSchema,
  type SparseTensorProto,
  StringStringEntryProtoSchema,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import type { OnnxModel } from '../model/onnx-model.ts';
import { floatTensor, integerTensor } from '../model/tensor.ts';
import { writeModel } from '../model/write-model.ts';
import { makeNode } from './build.ts';

export interface GraphBuilder {
  /** Version of the default operator set that nodes are written for. */
  readonly opset: number;
  /** Reserves a name: `hint` if it is free, else a variant. */
  claim(hint: string): string;
  /** Adds a new node. Its name may change. */
  add(node: NodeProto): void;
  /**
   * Adds a node with one output and returns the output's name: `output`, which must have been claimed, or a new one.
   */
  apply(operator: string, inputs: readonly string[], attributes?: readonly AttributeProto[], output?: string): string;
  store(tensor: TensorProto): void;
  storeSparse(tensor: SparseTensorProto): void;
  /** Stores float32 values under a new name. */
  floats(hint: string, dims: readonly number[], values: Float32Array): string;
  /** Stores int64 values under a new name. */
  integers(hint: string, dims: readonly number[], values: readonly number[]): string;
  /** A builder for an inner graph, such as a branch of an If. It can read this graph's tensors; names differ. */
  inner(): GraphBuilder;
  /** The collected nodes and tensors as a graph. */
  graph(ports: GraphPorts): GraphProto;
  /** The same as a model, not yet encoded. */
  model(file: FileDescription): OnnxModel;
  /** The same as an encoded file. */
  finish(file: FileDescription): Uint8Array;
}

export interface GraphPorts {
  readonly name: string;
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
}

/** Contents of an ONNX file besides nodes and tensors. */
export interface FileDescription extends GraphPorts {
  readonly irVersion?: bigint;
  readonly opsetImport?: readonly OperatorSetIdProto[];
  readonly functions?: readonly FunctionProto[];
  /** Metadata of the file, by key. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Format version of files that are not made from a network. Every runtime with the operators supports it. */
const plainIrVersion = 7n;

/** @param reserved Names that `claim` must not return: the inputs and outputs of the file. */
export function createGraphBuilder(opset: number, reserved: readonly string[]): GraphBuilder {
  return createBuilder(opset, new Set(reserved), new Set());
}

/**
 * @param used Names of tensors in the whole file.
 * @param nodeNames Names of nodes in the whole file.
 */
function createBuilder(opset: number, used: Set<string>, nodeNames: Set<string>): GraphBuilder {
  const nodes: NodeProto[] = [];
  const tensors: TensorProto[] = [];
  const sparseTensors: SparseTensorProto[] = [];

  const builder: GraphBuilder = {
    opset,
    claim(hint) {
      const name = freeName(used, hint);
      used.add(name);
      return name;
    },
    add(node) {
      // Runtimes reject duplicate node names. A node from the network keeps its name where it is free.
      node.name = freeName(nodeNames, node.name || node.opType);
      nodeNames.add(node.name);
      nodes.push(node);
    },
    apply(operator, inputs, attributes = [], output = builder.claim(`ztw/${operator}`)) {
      builder.add(makeNode(operator, inputs, [output], attributes));
      return output;
    },
    store: (tensor) => void tensors.push(tensor),
    storeSparse: (tensor) => void sparseTensors.push(tensor),
    floats(hint, dims, values) {
      const name = builder.claim(hint);
      tensors.push(floatTensor(name, dims, values));
      return name;
    },
    integers(hint, dims, values) {
      const name = builder.claim(hint);
      tensors.push(integerTensor(name, dims, values));
      return name;
    },
    inner: () => createBuilder(opset, used, nodeNames),
    graph: ({ name, inputs, outputs }) =>
      create(GraphProtoSchema, {
        name,
        node: nodes,
        initializer: tensors,
        sparseInitializer: sparseTensors,
        input: [...inputs],
        output: [...outputs],
      }),
    model({ irVersion = plainIrVersion, opsetImport = plainOpset(opset), functions = [], metadata = {}, ...ports }) {
      const graph = builder.graph(ports);
      const proto = create(ModelProtoSchema, {
        irVersion,
        opsetImport: [...opsetImport],
        producerName: 'ztw',
        functions: [...functions],
        graph,
        metadataProps: Object.entries(metadata).map(([key, value]) =>
          create(StringStringEntryProtoSchema, { key, value }),
        ),
      });
      return { proto, graph, opset };
    },
    finish: (file) => writeModel(builder.model(file)),
  };
  return builder;
}

function freeName(taken: ReadonlySet<string>, hint: string): string {
  let name = hint;
  for (let suffix = 1; taken.has(name); suffix++) name = `${hint}_${suffix}`;
  return name;
}

function plainOpset(opset: number): readonly OperatorSetIdProto[] {
  return [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(opset) })];
}
