// Random classifiers as ONNX files: residual blocks, branches, pools, gates, normalisations and attention, of random
// sizes. All of them are valid.

import { create } from '@bufbuild/protobuf';
import { type AttributeProto, AttributeProto_AttributeType, AttributeProtoSchema } from 'onnx-buf';
import { type TinyNet, tinyModel } from '../../../../packages/onnx-graph/test/support/tiny.ts';
import type { Random } from '../random.ts';

interface Maps {
  readonly name: string;
  readonly channels: number;
  readonly size: number;
}

const ints = (name: string, values: readonly number[]): AttributeProto =>
  create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INTS, ints: values.map(BigInt) });
const int = (name: string, value: number): AttributeProto =>
  create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) });

/** A network with input `x` `[N, channels, size, size]` and output `y` `[N, 3]`. */
export function randomNetwork(random: Random): Uint8Array {
  const channels = random.pick([1, 2, 3]);
  const size = random.pick([4, 6, 8]);
  const batch = random.pick(['N', 'N', 'N', 1, 2]);
  const opset = random.pick([11, 13, 13, 17]);
  return tinyModel(
    (net) => {
      let maps: Maps = { name: net.relu(net.conv('x', channels, 4)), channels: 4, size };
      for (let block = random.below(5); block >= 0; block--) maps = random.pick(blocks)(net, maps, random);
      random.pick(classifiers)(net, maps);
    },
    { batch, opset, rowShape: [channels, size, size] },
  );
}

type Block = (net: TinyNet, maps: Maps, random: Random) => Maps;

const residual: Block = (net, maps) => ({ ...maps, name: net.residual(maps.name, maps.channels) });

const narrowing: Block = (net, { name, channels, size }, random) => {
  const more = channels + random.below(3);
  return { name: net.relu(net.conv(name, channels, more, { stride: 2 })), channels: more, size: Math.ceil(size / 2) };
};

const pool: Block = (net, maps, random) => {
  if (maps.size < 2) return maps;
  const operator = random.pick(['MaxPool', 'AveragePool']);
  const name = net.apply(operator, [maps.name], [ints('kernel_shape', [2, 2]), ints('strides', [2, 2])]);
  return { ...maps, name, size: Math.floor(maps.size / 2) };
};

/** Two convolutions side by side, concatenated. */
const branches: Block = (net, { name, channels, size }, random) => {
  const width = 1 + random.below(4);
  const sides = [net.conv(name, channels, width), net.relu(net.conv(name, channels, width, { kernel: 1 }))];
  return { name: net.apply('Concat', sides, [int('axis', 1)]), channels: 2 * width, size };
};

/** Squeeze and excitation: channels are scaled by what the whole map says. */
const gate: Block = (net, maps) => {
  const pooled = net.apply('GlobalAveragePool', [maps.name]);
  const scale = net.apply('Sigmoid', [net.conv(pooled, maps.channels, maps.channels, { kernel: 1 })]);
  return { ...maps, name: net.apply('Mul', [maps.name, scale]) };
};

const activation: Block = (net, maps, random) => {
  const operator = random.pick(['Relu', 'Sigmoid', 'Tanh', 'Elu', 'LeakyRelu', 'Softplus', 'Erf', 'HardSigmoid']);
  return { ...maps, name: net.apply(operator, [maps.name]) };
};

const normalisation: Block = (net, maps) => {
  const values = (low: number) =>
    net.builder.floats(
      'n',
      [maps.channels],
      Float32Array.from({ length: maps.channels }, (_, at) => low + at / 8),
    );
  const inputs = [maps.name, values(0.5), values(-0.25), values(0), values(1)];
  return { ...maps, name: net.apply('BatchNormalization', inputs) };
};

/** Every position asks every other one. */
const attention: Block = (net, maps) => {
  const { channels, size } = maps;
  const positions = size * size;
  const flat = net.apply('Reshape', [maps.name, net.integers([0, channels, positions])]);
  const tokens = net.apply('Transpose', [flat], [ints('perm', [0, 2, 1])]);
  const asked = net.apply('MatMul', [tokens, net.weights([channels, channels])]);
  const weights = net.apply('Softmax', [net.apply('MatMul', [asked, flat])], [int('axis', -1)]);
  const mixed = net.apply('Add', [net.apply('MatMul', [weights, tokens]), tokens]);
  const back = net.apply('Transpose', [mixed], [ints('perm', [0, 2, 1])]);
  return { ...maps, name: net.apply('Reshape', [back, net.integers([0, channels, size, size])]) };
};

const blocks: readonly Block[] = [
  residual,
  residual,
  narrowing,
  pool,
  branches,
  gate,
  activation,
  normalisation,
  attention,
];

const classifiers: readonly ((net: TinyNet, maps: Maps) => void)[] = [
  (net, { name, channels }) => void net.classify(name, channels),
  (net, { name, channels, size }) =>
    void net.dense(net.apply('Flatten', [name], [int('axis', 1)]), channels * size * size, 3, 'y'),
];
