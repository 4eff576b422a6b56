// Changes of ONNX files that know their structure.

import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type GraphProto, type ModelProto, ModelProtoSchema, type NodeProto, type TensorProto } from 'onnx-buf';
import type { Random } from '../random.ts';

/** Changes that leave a network what it is: names, notes, unused weights, the order of entries. */
export function redescribe(file: Uint8Array, random: Random): Uint8Array {
  return changed(file, (model, graph) => {
    model.docString = 'x'.repeat(random.below(40));
    model.producerName = random.pick(['pytorch', '', 'keras2onnx']);
    graph.name = random.pick(['', 'main_graph', '../../etc']);
    if (random.chance(0.5)) graph.initializer.reverse();
    if (random.chance(0.3)) for (const node of graph.node) node.name = '';
    const [first] = graph.initializer;
    if (first !== undefined && random.chance(0.3)) graph.initializer.push({ ...first, name: 'nobody_reads_this' });
    const renamed = graph.node.at(random.below(graph.node.length))?.output[0];
    if (renamed !== undefined && random.chance(0.5))
      rename(graph, renamed, random.pick(['../x', 'a:0', 'logits', '🙂']));
  });
}

/** Changes after which a network is most likely none, in one to three places. */
export function disfigure(file: Uint8Array, random: Random): Uint8Array {
  return changed(file, (model, graph) => {
    for (let round = random.below(3); round >= 0; round--) random.pick(disfigurations)(graph, random, model);
  });
}

function changed(file: Uint8Array, change: (model: ModelProto, graph: GraphProto) => void): Uint8Array {
  // Decoded bytes are views of the file.
  const model = fromBinary(ModelProtoSchema, file.slice());
  if (model.graph !== undefined) change(model, model.graph);
  return toBinary(ModelProtoSchema, model);
}

function rename(graph: GraphProto, from: string, to: string): void {
  const other = (name: string): string => (name === from ? to : name);
  for (const node of graph.node) {
    node.input = node.input.map(other);
    node.output = node.output.map(other);
  }
  for (const port of graph.output) port.name = other(port.name);
}

type Disfiguration = (graph: GraphProto, random: Random, model: ModelProto) => void;

const sizes = [0n, 1n, -1n, 2n, 3n, 7n, 4096n, 65536n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 53n, 2n ** 63n - 1n];
const operators = [
  'Relu',
  'Add',
  'MatMul',
  'Conv',
  'Softmax',
  'Reshape',
  'Loop',
  'If',
  'Identity',
  'Resize',
  'TopK',
  'X',
];

const disfigurations: readonly Disfiguration[] = [
  (graph, random) => void graph.node.splice(random.below(graph.node.length), 1),
  (graph, random) => {
    const node = random.pick(graph.node);
    if (node !== undefined) graph.node.splice(random.below(graph.node.length), 0, { ...node });
  },
  (graph, random) => withNode(graph, random, (node) => (node.opType = random.pick(operators))),
  (graph, random) => withNode(graph, random, (node) => (node.domain = random.pick(['ai.onnx', 'com.microsoft', 'x']))),
  (graph, random) =>
    withNode(graph, random, (node) => {
      node.input[random.below(node.input.length)] = random.pick([...namesOf(graph), '', 'nowhere']);
    }),
  (graph, random) =>
    withNode(graph, random, (node) => {
      node.output[random.below(node.output.length)] = random.pick([...namesOf(graph), '', 'elsewhere']);
    }),
  (graph, random) => withNode(graph, random, (node) => void node.attribute.pop()),
  (graph, random) =>
    withNode(graph, random, (node) => {
      const attribute = random.pick(node.attribute);
      if (attribute === undefined) return;
      if (attribute.ints.length > 0) attribute.ints[random.below(attribute.ints.length)] = random.pick(sizes);
      else attribute.i = random.pick(sizes);
      if (random.chance(0.2)) attribute.ints.push(random.pick(sizes));
    }),
  (graph, random) =>
    withTensor(graph, random, (tensor) => {
      tensor.dims[random.below(tensor.dims.length)] = random.pick(sizes);
    }),
  (graph, random) => withTensor(graph, random, (tensor) => (tensor.dataType = random.below(25))),
  (graph, random) => withTensor(graph, random, (tensor) => (tensor.rawData = random.bytes(random.below(64)))),
  (graph, random) => withTensor(graph, random, (tensor) => (tensor.name = random.pick(['', 'x', 'y', 'z']))),
  (graph, random) => void graph.initializer.splice(random.below(graph.initializer.length), 1),
  (graph, random) => void random.pick([graph.input, graph.output]).pop(),
  (graph, random) => {
    const port = random.pick([...graph.input, ...graph.output]);
    const type = port?.type?.value;
    if (type?.case !== 'tensorType') return;
    if (random.chance(0.3)) type.value.elemType = random.below(20);
    const dimension = random.pick(type.value.shape?.dim ?? []);
    if (dimension !== undefined) dimension.value = { case: 'dimValue', value: random.pick(sizes) };
  },
  (_graph, random, model) => {
    const entry = model.opsetImport[0];
    if (entry !== undefined) entry.version = random.pick([6n, 7n, 9n, 12n, 18n, 26n, 27n, -1n, 2n ** 62n]);
  },
  (_graph, random, model) => (model.irVersion = random.pick([0n, 3n, 7n, 13n, 14n, -1n])),
];

function withNode(graph: GraphProto, random: Random, change: (node: NodeProto) => void): void {
  const node = random.pick(graph.node);
  if (node !== undefined) change(node);
}

function withTensor(graph: GraphProto, random: Random, change: (tensor: TensorProto) => void): void {
  const tensor = random.pick(graph.initializer);
  if (tensor !== undefined) change(tensor);
}

function namesOf(graph: GraphProto): readonly string[] {
  return [...graph.node.flatMap(({ output }) => output), ...graph.initializer.map(({ name }) => name)];
}
