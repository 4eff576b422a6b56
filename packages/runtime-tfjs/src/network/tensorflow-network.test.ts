// LayersModels and GraphModels: cuts and costs counted by hand, staged = whole, the conformance kit, and training.

import { memory, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { InvalidInputError, memoryBlobStore, runAllExits, type StagedModel, softmax } from '@ztw/core';
import { rowSize } from '@ztw/core/runtime';
import { type ConformanceSubject, conformanceCases } from '@ztw/core/testing';
import { convHead, executeHead, type Head, initialiseHead, pooledHead, seededRandom } from '@ztw/heads';
import { describe, expect, test } from 'vitest';
import { chooseNetworkCuts } from '../../../training/src/personalise/choose-network-cuts.ts';
import { trainInternalClassifiers } from '../../../training/src/training/train-internal-classifiers.ts';
import { tensorflowOn } from '../__fixtures__/backends.ts';
import { expectClose } from '../__fixtures__/expect-close.ts';
import { smallGraphModel, smallLayersModel } from '../__fixtures__/tensorflow-networks.ts';
import { readGraphModel } from '../graph-model/read-graph-model.ts';
import { tensorflowKernels } from '../kernels/tensorflow-kernels.ts';
import { readLayersModel } from '../layers-model/read-layers-model.ts';
import { stageNetwork } from './stage-network.ts';
import type { TensorflowNetwork } from './tensorflow-network.ts';

// The same kernels on the same values. Only another number of rows in a call may change the order of sums.
const tolerance = { rtol: 1e-5, atol: 1e-5 };

const tf = await tensorflowOn('wasm');

const networks = {
  layers: () => {
    const model = smallLayersModel();
    return { network: readLayersModel({ tf, model }), whole: (input: Tensor) => model.predictOnBatch(input) as Tensor };
  },
  graph: () => {
    const model = smallGraphModel();
    return {
      network: readGraphModel({ tf, model, name: 'graph' }),
      whole: (input: Tensor) => model.execute(input) as Tensor,
    };
  },
};

function headsFor(network: TensorflowNetwork, classes = network.classes): readonly Head[] {
  return chooseNetworkCuts(network, { kind: 'count', count: 2 }).map(({ rowShape: inputShape }, index) => {
    const options = { inputShape, classes, cascade: index > 0, poolSize: 4 };
    return initialiseHead(index === 0 ? pooledHead(options) : convHead({ ...options, poolSize: 2 }), 40 + index);
  });
}

/** Pixels of `rows` images, channels first, and the same as a tensor with channels last. */
async function images(network: TensorflowNetwork, rows: number): Promise<{ data: Float32Array; input: Tensor }> {
  const random = seededRandom(3);
  const data = Float32Array.from({ length: rows * rowSize(network.inputShape) }, () => random() * 2 - 1);
  const first = tensor(data.slice(), [rows, ...network.inputShape] as [number, number, number, number]);
  return { data, input: tf.transpose(first, [0, 2, 3, 1]) };
}

test('cuts and MACs of a LayersModel', () => {
  const { network } = networks.layers();
  const first = 144 * 27 * 8;
  const inner = 144 * 72 * 8;
  const deep = 36 * 9 * 8;
  const separable = 36 * (9 * 8 + 8 * 12);
  expect(network).toMatchObject({ inputShape: [3, 12, 12], classes: 4, returns: 'probabilities' });
  expect(network.backboneMacs).toBe(first + inner + deep + separable + 48);
  // No tensor between `first` and `added` carries all data.
  expect(network.cuts.filter(({ preferred }) => preferred)).toEqual([
    { name: 'first', rowShape: [8, 12, 12], macs: first, preferred: true },
    { name: 'active', rowShape: [8, 12, 12], macs: first + inner, preferred: true },
    { name: 'deep', rowShape: [8, 6, 6], macs: first + inner + deep, preferred: true },
    { name: 'separable', rowShape: [12, 6, 6], macs: first + inner + deep + separable, preferred: true },
  ]);
  expect(network.cuts.map(({ name }) => name)).toEqual([
    'first',
    'added',
    'active',
    'padded',
    'deep',
    'separable',
    'pooled',
    'dropped',
  ]);
});

test('cuts and MACs of a GraphModel', () => {
  const { network } = networks.graph();
  const first = 100 * 27 * 6;
  const second = 25 * 54 * 8;
  expect(network).toMatchObject({ inputShape: [3, 10, 10], classes: 4, returns: 'logits' });
  expect(network.backboneMacs).toBe(first + second + 32);
  expect(network.cuts.filter(({ preferred }) => preferred)).toEqual([
    { name: 'active1', rowShape: [6, 10, 10], macs: first, preferred: true },
    { name: 'active2', rowShape: [8, 5, 5], macs: first + second, preferred: true },
  ]);
});

test('refuses cuts that do not exist', () => {
  const { network } = networks.layers();
  expect(() => chooseNetworkCuts(network, { kind: 'names', names: ['inner'] })).toThrow(InvalidInputError);
  expect(() => chooseNetworkCuts(network, { kind: 'count', count: 5 })).toThrow('from 1 to 4');
  expect(() => chooseNetworkCuts(network, { kind: 'fractions', fractions: [1.5] })).toThrow('between 0 and 1');
  expect(() => stageNetwork({ tf, network, cuts: network.cuts.slice(0, 1), heads: [] })).toThrow(InvalidInputError);
});

describe.each(['layers', 'graph'] as const)('%s model', (kind) => {
  const cutsOf = (network: TensorflowNetwork) => chooseNetworkCuts(network, { kind: 'count', count: 2 });

  test('staged = whole, and heads = the reference runtime', async () => {
    const { network, whole } = networks[kind]();
    const { data, input } = await images(network, 5);
    const heads = headsFor(network);
    const cuts = cutsOf(network);
    const model = stageNetwork({ tf, network, cuts, heads });
    const exits = await runAllExits(model, { data, rows: 5 });
    const answer = (await whole(input).data()) as Float32Array;
    const last = exits[2]!;
    expectClose(network.returns === 'probabilities' ? softmax(last, 4) : last, answer, tolerance);
    let previous: Float32Array | null = null;
    for (const [index, cut] of cuts.entries()) {
      const features = tf.transpose(network.run(null, cut.name, input), [0, 3, 1, 2]);
      const expected: Float32Array = executeHead(
        heads[index]!,
        (await features.data()) as Float32Array,
        5,
        index === 0 ? null : previous,
      );
      expectClose(exits[index], expected, { rtol: 1e-4, atol: 1e-5 }, `head ${index}`);
      previous = expected;
    }
    await model[Symbol.asyncDispose]();
  });

  test.for(conformanceCases)('conformance: $name', async (conformanceCase, { skip }) => {
    const { network } = networks[kind]();
    const afterCreate = new WeakMap<StagedModel, number>();
    const { data } = await images(network, 12);
    const subject: ConformanceSubject = {
      name: `TensorFlow.js wasm, ${kind} model`,
      supports: { parallelRuns: true, featureMemory: 'device', concatRows: true, inputTypes: ['float32', 'int32'] },
      input: { data, rows: 12 },
      async create() {
        const model = stageNetwork({ tf, network, cuts: cutsOf(network), heads: headsFor(network) });
        afterCreate.set(model, memory().numTensors);
        return model;
      },
      liveFeatures: (model) => memory().numTensors - (afterCreate.get(model) ?? 0),
    };
    const reason = conformanceCase.skip?.(subject) ?? null;
    skip(reason !== null, reason ?? '');
    await conformanceCase.run(subject);
  });

  test('trains heads of new classes and of its own, and leaves no tensor behind', async () => {
    const { network } = networks[kind]();
    const rows = 24;
    const { data, input } = await images(network, rows);
    input.dispose();
    const width = data.length / rows;
    const labels = Int32Array.from({ length: rows }, (_unused, row) => row % 3);
    const read = async (wanted: Int32Array) => {
      const batch = new Float32Array(wanted.length * width);
      wanted.forEach((row, index) => {
        batch.set(data.subarray(row * width, (row + 1) * width), index * width);
      });
      return batch;
    };
    const before = memory().numTensors;
    for (const newClasses of [3, undefined]) {
      const cuts = cutsOf(network);
      const classes = newClasses ?? network.classes;
      const specifications = headsFor(network, classes).map(({ specification }) => specification);
      const own = newClasses === undefined ? {} : { newClasses };
      const backbone = network.segment({ cuts, heads: specifications, precision: 'float32', ...own });
      const { variants } = await trainInternalClassifiers({
        kernels: tensorflowKernels(tf),
        backbone,
        data: { rows, copies: 1, labels, read },
        heldOut: { rows, labels, read },
        variants: [{ name: 'ztw', heads: specifications }],
        recipe: { epochs: 2, batchSize: 8 },
        scratch: memoryBlobStore(),
      });
      await backbone[Symbol.asyncDispose]();
      const { heads, heldOutLogits } = variants[0]!;
      const model = stageNetwork({ tf, network, cuts, heads, ...own });
      const exits = await runAllExits(model, { data, rows });
      await model[Symbol.asyncDispose]();
      expect(exits).toHaveLength(newClasses === undefined ? 3 : 2);
      for (const [index, logits] of exits.entries()) {
        expectClose(logits, heldOutLogits[index]!, { rtol: 1e-4, atol: 1e-4 }, `exit ${index}`);
      }
    }
    // Scalars that tfjs makes at its first use may remain; features and heads must not.
    expect(memory().numTensors).toBeLessThanOrEqual(before + 2);
  });
});
