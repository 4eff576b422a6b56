import { fromBinary } from '@bufbuild/protobuf';
import { InvalidInputError, InvalidModelError } from '@ztw/core';
import { type Head, headMacs, initialiseHead, pooledHead } from '@ztw/heads';
import { ModelProtoSchema } from 'onnx-buf';
import { beforeAll, describe, expect, test } from 'vitest';
import { tinyResnet } from '../../test/support/tiny.ts';
import { wasmProbe } from '../../test/support/wasm.ts';
import {
  analyseGraph,
  type Cut,
  chooseCuts,
  compileNetwork,
  emitStage,
  type GraphAnalysis,
  readModel,
  splitGraph,
} from '../index.ts';

let analysis: GraphAnalysis;
let cuts: readonly Cut[];
let heads: readonly Head[];
beforeAll(async () => {
  analysis = await analyseGraph(readModel(tinyResnet()), wasmProbe);
  cuts = chooseCuts(analysis, { kind: 'all' });
  heads = cuts.map(({ tensors }, index) => {
    const inputShape = tensors[0]!.rowShape;
    return initialiseHead(pooledHead({ inputShape, classes: 3, cascade: index > 0 }), index);
  });
});

const stageOf = (index: number, head: Head | null) => emitStage(splitGraph(analysis, cuts)[index]!, head);
const shapeOf = (info: { name: string; type?: { value: { value?: unknown } } }) =>
  JSON.stringify(info.type, (_key, value) => (typeof value === 'bigint' ? Number(value) : value));

describe('ports', () => {
  test('of a first, a middle and a last stage', () => {
    expect(stageOf(0, heads[0]!)).toMatchObject({
      inputs: [{ name: 'input', rowShape: [2, 8, 8] }],
      previousLogits: null,
      outputs: [{ name: 'next_0', rowShape: [4, 8, 8] }],
      logits: 'logits',
    });
    expect(stageOf(1, heads[1]!)).toMatchObject({
      inputs: [{ name: 'features_0', rowShape: [4, 8, 8] }],
      previousLogits: 'previous_logits',
      outputs: [{ name: 'next_0', rowShape: [6, 4, 4] }],
    });
    expect(stageOf(3, null)).toMatchObject({ previousLogits: null, outputs: [], logits: 'logits' });
  });

  test('carry a dynamic batch axis called rows, and full row shapes', () => {
    const graph = fromBinary(ModelProtoSchema, stageOf(1, heads[1]!).bytes).graph!;
    expect(graph.input.map(({ name }) => name)).toEqual(['features_0', 'previous_logits']);
    expect(graph.output.map(({ name }) => name)).toEqual(['next_0', 'logits']);
    for (const info of [...graph.input, ...graph.output]) {
      expect(shapeOf(info)).toContain('"dimParam"');
      expect(shapeOf(info)).toContain('"rows"');
      expect(shapeOf(info)).toContain('"dimValue"');
    }
  });

  test('a stage holds only the weights that it uses', () => {
    const stored = [0, 1, 2, 3].map((index) => {
      const graph = fromBinary(ModelProtoSchema, stageOf(index, heads[index] ?? null).bytes).graph!;
      return graph.initializer.filter(({ name }) => !name.startsWith('head/') && !name.startsWith('ztw/')).length;
    });
    expect(stored).toEqual([3, 3, 2, 1]);
  });
});

describe('compileNetwork', () => {
  test('describes every stage with its costs', () => {
    const { network, files } = compileNetwork({ analysis, cuts, heads, name: 'tiny', pathPrefix: 'networks/1/' });
    const stems = [0, 1, 2, 3].map((index) => `networks/1/stage-0${index}`);
    expect(network.stages.map(({ model }) => model)).toEqual(stems.map((stem) => `${stem}.onnx`));
    const named = network.stages.flatMap(({ model, weights = [] }) => [model, ...weights]);
    expect([...files.keys()]).toEqual(named.toSorted());
    expect(network.stages.map(({ name }) => name)).toEqual([...cuts.map(({ name }) => name), 'final']);
    expect(network.stages.reduce((sum, { segmentMacs }) => sum + segmentMacs, 0)).toBe(analysis.backboneMacs);
    const costs = network.stages.map((_stage, index) =>
      network.stages.slice(0, index + 1).reduce((sum, { segmentMacs }) => sum + segmentMacs, 0),
    );
    expect(costs.slice(0, -1)).toEqual(cuts.map(({ macs }) => macs));
    expect(network.stages.map((stage) => stage.headMacs)).toEqual([
      ...heads.map((head) => headMacs(head.specification)),
      0,
    ]);
    expect(network.stages.at(-1)?.head).toBeNull();
    expect(network.stages[0]?.head).toEqual(heads[0]!.specification);
  });

  test('the same network, cuts and heads give the same bytes', () => {
    const [first, second] = [1, 2].map(
      () => compileNetwork({ analysis, cuts, heads, name: 'tiny', pathPrefix: '' }).files,
    );
    expect(second).toEqual(first);
  });
});

describe('refuses', () => {
  test('heads that do not match the cuts', () => {
    const compile = (some: readonly Head[]) => () =>
      compileNetwork({ analysis, cuts, heads: some, name: 'tiny', pathPrefix: '' });
    expect(compile(heads.slice(1))).toThrow(/one head per cut; received 2 heads for 3 cuts/);
    expect(compile(heads.toReversed())).toThrow(InvalidInputError);
  });

  test('a missing, a needless, a wrongly shaped head and one with other classes', () => {
    expect(() => stageOf(0, null)).toThrow(/needs a head/);
    expect(() => stageOf(3, heads[0]!)).toThrow(/takes no head/);
    expect(() => stageOf(2, heads[0]!)).toThrow(/shape \[6, 4, 4\], but is made for \[4, 8, 8\]/);
    const other = initialiseHead(pooledHead({ inputShape: [4, 8, 8], classes: 5, cascade: false }), 1);
    expect(() => stageOf(0, other)).toThrow(/5 classes, the network 3/);
  });

  test('parameters that are missing, misshapen or not finite', () => {
    const [head] = heads as [Head];
    const [name] = Object.keys(head.parameters) as [string];
    const { [name]: first, ...others } = head.parameters;
    const broken = (parameters: Head['parameters']) => () => stageOf(0, { ...head, parameters });
    expect(broken(others)).toThrow(InvalidModelError);
    expect(broken(others)).toThrow(/no parameter of that name/);
    expect(broken({ ...others, [name]: { shape: [7], data: new Float32Array(7) } })).toThrow(/received \[7\]/);
    expect(broken({ ...others, [name]: { ...first!, data: first!.data.map(() => Number.NaN) } })).toThrow(/holds NaN/);
  });

  test('cuts of another analysis, out of order or twice', async () => {
    const other = await analyseGraph(readModel(tinyResnet()), wasmProbe);
    expect(() => splitGraph(other, cuts)).toThrow(/not a cut of this network/);
    expect(() => splitGraph(analysis, cuts.toReversed())).toThrow(InvalidInputError);
    expect(() => splitGraph(analysis, [cuts[0]!, cuts[0]!])).toThrow(/pass each cut once/);
  });
});
