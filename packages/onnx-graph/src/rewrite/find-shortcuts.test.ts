import { create, fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProto_DataType, TensorProtoSchema } from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { largestDifference, randomRows } from '../../test/support/staged.ts';
import { type TinyNet, tinyModel } from '../../test/support/tiny.ts';
import { runModel, wasmProbe } from '../../test/support/wasm.ts';
import { stringAttribute } from '../graph/build.ts';
import { analyseGraph, chooseCuts, emitStage, readModel, splitGraph } from '../index.ts';

const { INT64 } = TensorProto_DataType;

interface Pattern {
  readonly starts?: readonly number[];
  readonly steps?: readonly number[];
  readonly pads?: readonly number[];
  readonly mode?: string;
  readonly value?: number;
  readonly slices?: 1 | 2;
}

/** A block at half the resolution whose shortcut takes every other pixel and pads 4 channels to 8. */
function optionA(net: TinyNet, pattern: Pattern = {}): void {
  const {
    starts = [0, 0],
    steps = [2, 2],
    pads = [0, 2, 0, 0, 0, 2, 0, 0],
    mode = 'constant',
    value = 0,
    slices = 2,
  } = pattern;
  const stem = net.relu(net.conv('x', 2, 4));
  const main = net.conv(net.relu(net.conv(stem, 4, 8, { stride: 2 })), 8, 8);
  const toTheEnd = (axes: number): string => {
    const name = net.builder.claim('ends');
    const int64Data = new Array<bigint>(axes).fill(2n ** 63n - 1n);
    net.builder.store(create(TensorProtoSchema, { name, dims: [BigInt(axes)], dataType: INT64, int64Data }));
    return name;
  };
  const slice = (input: string, axes: readonly number[]): string => {
    const pick = (values: readonly number[]) => net.integers(axes.map((axis) => values[axis === 2 ? 0 : 1]!));
    return net.apply('Slice', [input, pick(starts), toTheEnd(axes.length), net.integers(axes), pick(steps)]);
  };
  const sliced = slices === 1 ? slice(stem, [2, -1]) : slice(slice(stem, [2]), [3]);
  const constant = net.builder.floats('value', [], Float32Array.of(value));
  const padded = net.apply(
    'Pad',
    [sliced, net.integers(pads), constant],
    [stringAttribute('mode', mode)],
    net.builder.claim('shortcut'),
  );
  net.classify(net.relu(net.apply('Add', [main, padded])), 8);
}

async function emitted(bytes: Uint8Array, rewrite: boolean) {
  const analysis = await analyseGraph(readModel(bytes), wasmProbe);
  const [segment] = splitGraph(analysis, []);
  const stage = emitStage(segment!, null, { rewrite });
  const operators = fromBinary(ModelProtoSchema, stage.bytes).graph!.node.map(({ opType }) => opType);
  return { stage, operators, analysis };
}

describe('option-A shortcuts', () => {
  test.each<[string, Pattern]>([
    ['two slices', {}],
    ['one slice over both axes', { slices: 1 }],
    ['unequal strides and pads', { steps: [4, 1], pads: [0, 4, 0, 0, 0, 0, 0, 0], slices: 1 }],
  ])('%s become one convolution, bit for bit', async (name, pattern) => {
    // The unequal strides do not fit the main path, so that the shortcut stands alone there.
    const alone = name.startsWith('unequal');
    const bytes = tinyModel((net) => {
      if (!alone) return optionA(net, pattern);
      const stem = net.relu(net.conv('x', 2, 4));
      const pick = [net.integers([0, 0]), net.integers([99, 99]), net.integers([2, 3]), net.integers([4, 1])];
      const padded = net.apply('Pad', [net.apply('Slice', [stem, ...pick]), net.integers(pattern.pads!)]);
      net.classify(net.conv(padded, 8, 8), 8);
    });
    const rewritten = await emitted(bytes, true);
    const plain = await emitted(bytes, false);
    expect(rewritten.operators).not.toContain('Pad');
    expect(rewritten.operators).not.toContain('Slice');
    expect(plain.operators).toContain('Pad');
    const input = randomRows(3, [2, 8, 8]);
    const logits = (await runModel(rewritten.stage.bytes, { input })).logits!.data;
    expect(largestDifference(logits, (await runModel(plain.stage.bytes, { input })).logits!.data)).toBe(0);
    expect(largestDifference(logits, (await runModel(bytes, { x: input })).y!.data)).toBe(0);
  });

  test('their cost is not counted: costs are those of the network as it came', async () => {
    const { analysis } = await emitted(tinyModel(optionA), true);
    const convolutions = 64 * 4 * 2 * 9 + 16 * 8 * 4 * 9 + 16 * 8 * 8 * 9;
    expect(analysis.backboneMacs).toBe(convolutions + 8 * 3);
  });

  test.each<[string, Pattern]>([
    ['another value than zero', { value: 1 }],
    ['another mode', { mode: 'edge' }],
    ['pixels from the second on', { starts: [1, 1] }],
  ])('%s stays as it is', async (_name, pattern) => {
    const { operators } = await emitted(
      tinyModel((net) => optionA(net, pattern)),
      true,
    );
    expect(operators).toContain('Pad');
  });

  test('a cut through the shortcut leaves it as it is', async () => {
    const analysis = await analyseGraph(readModel(tinyModel(optionA)), wasmProbe);
    const segments = splitGraph(analysis, chooseCuts(analysis, { kind: 'names', names: ['slice_1'] }));
    expect(segments[0]!.nodes.filter(({ operator }) => operator === 'Slice')).toHaveLength(2);
    const last = fromBinary(ModelProtoSchema, emitStage(segments[1]!, null).bytes).graph!.node;
    expect(last.map(({ opType }) => opType)).toContain('Pad');
  });
});
