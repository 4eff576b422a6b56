import { describe, expect, test } from 'vitest';
import { chain } from '../chain/chain.ts';
import type { FreeShape, InputBatch, InputSpecification, InputTensor, InputType } from '../contract/input.ts';
import { InvalidInputError, UnsupportedModelError } from '../errors/errors.ts';
import { classify } from '../inference/classify.ts';
import { classifyStream } from '../inference/stream/classify-stream.ts';
import { confidenceThreshold } from '../policy/confidence-threshold.ts';
import { never } from '../policy/never.ts';
import { measureStages } from '../profile/measure-stages.ts';
import { referenceModel } from '../testing/reference-model.ts';
import { seededNetwork } from '../testing/seeded-network.ts';
import { tokenInputs, tokenModel, tokenRows } from '../testing/token-model.ts';
import { checkInputBatch, freeAxisLengths, namedInput } from './check-input.ts';
import { sliceInput } from './input-rows.ts';
import { denseInput, denseInputs } from './input-types.ts';

describe('input values', () => {
  test.each<[string, unknown]>([
    ['Float64Array', new Float64Array(72)],
    ['Uint8Array', new Uint8Array(72)],
    ['Array', Array.from({ length: 72 }, () => 0)],
    ['Null', null],
    ['Undefined', undefined],
  ])('are refused as %s, in a batch and in a stream', async (kind, data) => {
    const model = referenceModel(seededNetwork());
    const message = new RegExp(`as a Float32Array; received ${kind}`);
    const batch = { rows: 1, data: data as Float32Array };
    expect(() => checkInputBatch(batch, denseInputs([72]))).toThrow(message);
    const run = classify(model, batch, { policy: never() });
    await expect(run).rejects.toThrow(InvalidInputError);
    await expect(run).rejects.toThrow(message);
    const stream = classifyStream(model, [data as Float32Array], { policy: never() });
    await expect(stream.next()).rejects.toThrow(message);
    expect(model.liveFeatures).toBe(0);
  });
});

const tokens = tokenRows(4, 3);

describe('named inputs', () => {
  test('are what the dense form becomes', () => {
    const data = Float32Array.of(1, 2, 3, 4);
    expect(namedInput({ rows: 2, data }, denseInputs([2]))).toEqual({
      rows: 2,
      inputs: { input: { data, rowShape: [2] } },
    });
    expect(namedInput(tokens, tokenInputs)).toBe(tokens);
    expect([...freeAxisLengths(tokens, tokenInputs)]).toEqual([['tokens', 3]]);
  });

  const { ids, mask } = tokens.inputs as Record<'ids' | 'mask', InputTensor>;
  test.each<[string, unknown, RegExp]>([
    [
      'no names',
      { rows: 4, data: new Float32Array(12) },
      /with ids \(int32 \[tokens\]\) and mask \(uint8 \[tokens\]\)/,
    ],
    ['a number of rows that is none', { ...tokens, rows: 1.5 }, /whole number of input rows/],
    ['no tensors', { rows: 4, inputs: null }, /each as `\{ data, rowShape \}`/],
    ['a tensor that is none', { rows: 4, inputs: { ids, mask: mask.data } }, /each as `\{ data, rowShape \}`/],
    ['a missing input', { rows: 4, inputs: { ids } }, /mask is missing/],
    ['an unknown input', { rows: 4, inputs: { ids, mask, types: ids } }, /types is none of them/],
    [
      'another type',
      { rows: 4, inputs: { ids: { ...ids, data: new BigInt64Array(12) }, mask } },
      /"ids" as a Int32Array/,
    ],
    [
      'another shape',
      { rows: 4, inputs: { ids: { ...ids, rowShape: [3, 1] }, mask } },
      /shape \[tokens\] for the input "ids"/,
    ],
    [
      'an axis without length',
      { rows: 4, inputs: { ids: { data: new Int32Array(0), rowShape: [0] }, mask } },
      /\[tokens\]/,
    ],
    ['another number of values', { ...tokens, rows: 3 }, /Expected 9 values of the input "ids" for 3 rows/],
    [
      'two lengths of one axis',
      { rows: 4, inputs: { ids: { data: new Int32Array(8), rowShape: [2] }, mask } },
      /one length of the axis "tokens" in all inputs; it is 2 in "ids" and 3 in "mask"/,
    ],
  ])('are refused with %s', (_name, input, message) => {
    expect(() => namedInput(input as InputBatch, tokenInputs)).toThrow(InvalidInputError);
    expect(() => namedInput(input as InputBatch, tokenInputs)).toThrow(message);
  });

  test('are refused where a float is not finite, also as float16', () => {
    const half: readonly InputSpecification[] = [
      { name: 'half', type: 'float16', rowShape: [2] },
      { name: 'full', type: 'float32', rowShape: [] },
    ];
    const batch = (bits: number, value: number) => ({
      rows: 2,
      inputs: {
        half: { data: Uint16Array.of(0x3c00, 0, 0, bits), rowShape: [2] },
        full: { data: Float32Array.of(1, value), rowShape: [] },
      },
    });
    expect(checkInputBatch(batch(0x7bff, 2), half).rows).toBe(2);
    expect(() => checkInputBatch(batch(0x7c00, 2), half)).toThrow(/values of the input "half"; row 1 holds NaN or inf/);
    expect(() => checkInputBatch(batch(0, Number.NaN), half)).toThrow(/values of the input "full"; row 1 holds NaN/);
  });

  test('are a single dense one only where they are', () => {
    expect(denseInput({ inputs: denseInputs([2, 3]) })).toEqual({ name: 'input', rowShape: [2, 3] });
    const single = (type: InputType, rowShape: FreeShape) => ({ inputs: [{ name: 'x', type, rowShape }] });
    for (const other of [{ inputs: tokenInputs }, { inputs: [] }, single('int32', [2]), single('float32', ['n'])]) {
      expect(() => denseInput(other)).toThrow(UnsupportedModelError);
    }
  });
});

describe('runs of named inputs', () => {
  const options = { policy: confidenceThreshold(0.6) };

  test('a stream gives the answers of a batch, also through a chain', async () => {
    const model = chain([tokenModel(), tokenModel()]);
    const rows = tokenRows(12, 5);
    const { results } = await classify(model, rows, options);
    expect(new Set(results.map(({ exitIndex }) => exitIndex)).size).toBeGreaterThan(2);
    const stream = Array.from({ length: 12 }, (_, row) => sliceInput(rows, row, row + 1).inputs);
    const streamed = [];
    for await (const result of classifyStream(model, stream, { ...options, batchSize: 3 })) streamed.push(result);
    expect(streamed.map(({ row, exitIndex }) => [row, exitIndex])).toEqual(
      results.map(({ row, exitIndex }) => [row, exitIndex]),
    );
  });

  test('a stream refuses rows of another length, and frees everything', async () => {
    const model = tokenModel();
    const stream = [...[4, 4, 6].map((length) => tokenRows(1, length).inputs)];
    const collected = async () => {
      for await (const _result of classifyStream(model, stream, { ...options, batchSize: 2 }));
    };
    await expect(collected()).rejects.toThrow(/"ids" to be \[4\] in each row .* received \[6\] in row 2\. Pad/);
    expect(model.liveFeatures).toBe(0);
  });

  test('stages are measured', async () => {
    const profile = await measureStages(tokenModel(), { input: tokenRows(4, 3), batchSizes: [1, 4], repeats: 1 });
    expect(profile.batches.map(({ batchSize }) => batchSize)).toEqual([1, 4]);
  });
});
