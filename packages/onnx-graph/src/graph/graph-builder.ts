// Collects the nodes and stored tensors of a graph that is being written, and keeps its names unique.

import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  type FunctionProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  type OperatorSetIdProto,
  OperatorSetIdProtoSchema,
  type SparseTensorProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import { floatTensor, integerTensor } from '../model/tensor.ts';
import { makeNode } from './build.ts';

export interface GraphBuilder {
  /** Version of the default operator set that nodes are written for. */
  readonly opset: number;
  /** Takes a name: `hint` where it is free, else a variant. */
  claim(hint: string): string;
  /** Takes a new node over; its name may change. */
  add(node: NodeProto): void;
  /** Adds a node with one output and returns the output's name: `output`, which must have been claimed, or a new one. */
  apply(operator: string, inputs: readonly string[], attributes?: readonly AttributeProto[], output?: string): string;
  store(tensor: TensorProto): void;
  storeSparse(tensor: SparseTensorProto): void;
  /** Stores float32 values under a new name. */
  floats(hint: string, dims: readonly number[], values: Float32Array): string;
  /** Stores int64 values under a new name. */
  integers(hint: string, dims: readonly number[], values: readonly number[]): string;
  finish(file: FileDescription): Uint8Array;
}

/** What an ONNX file holds besides nodes and tensors. */
export interface FileDescription {
  readonly name: string;
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
  readonly irVersion?: bigint;
  readonly opsetImport?: readonly OperatorSetIdProto[];
  readonly functions?: readonly FunctionProto[];
}

/** Format version of files made from nothing: known to every runtime that knows the operators. */
const plainIrVersion = 7n;

/** @param reserved Names that only their owner may use: the inputs and outputs of the file. */
export function createGraphBuilder(opset: number, reserved: readonly string[]): GraphBuilder {
  const used = new Set(reserved);
  const nodeNames = new Set<string>();
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
      // Runtimes refuse two nodes of one name, and a node keeps the name that it has in its network.
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
    finish({ name, inputs, outputs, irVersion = plainIrVersion, opsetImport = plainOpset(opset), functions = [] }) {
      const graph = create(GraphProtoSchema, {
        name,
        node: nodes,
        initializer: tensors,
        sparseInitializer: sparseTensors,
        input: [...inputs],
        output: [...outputs],
      });
      const model = create(ModelProtoSchema, {
        irVersion,
        opsetImport: [...opsetImport],
        producerName: 'ztw',
        functions: [...functions],
        graph,
      });
      return toBinary(ModelProtoSchema, model);
    },
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
