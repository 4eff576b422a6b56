import { DisposedError, InvalidInputError, RuntimeFailureError } from '@ztw/core';
import type { CutDescription } from '@ztw/core/runtime';
import type { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { fakeModel, fakeRuntime } from '../../test/support/fake-runtime.ts';
import { runtimes } from '../../test/support/runtimes.ts';
import { tinyOnnx } from '../../test/support/tiny-onnx.ts';
import { createSegmentedBackbone, type FeatureSegment } from './segmented-backbone.ts';

const inputShape = [2];
const cuts: readonly CutDescription[] = [
  { name: 'first', boundaryShapes: [[2]], cachedShape: [2], cumulativeMacs: 1 },
  { name: 'second', boundaryShapes: [[2]], cachedShape: [1], cumulativeMacs: 2 },
];

/** input -> negated -> doubled, first column cached -> doubled again as logits; float16 in between. */
function realSegments(): readonly FeatureSegment[] {
  const half = { to: 10 };
  const single = { to: 1 };
  return [
    {
      bytes: tinyOnnx({
        nodes: [
          { operator: 'Neg', inputs: ['input'], outputs: ['negative'] },
          { operator: 'Cast', inputs: ['negative'], outputs: ['next_0'], attributes: half },
        ],
        inputs: [{ name: 'input', type: 'float32', dims: ['rows', 2] }],
        outputs: [{ name: 'next_0', type: 'float16', dims: ['rows', 2] }],
      }),
      inputs: [{ name: 'input', rowShape: [2] }],
      outputs: [{ name: 'next_0', rowShape: [2] }],
      cached: null,
      logits: null,
    },
    {
      bytes: tinyOnnx({
        nodes: [
          { operator: 'Cast', inputs: ['features_0'], outputs: ['wide'], attributes: single },
          { operator: 'Add', inputs: ['wide', 'wide'], outputs: ['doubled'] },
          { operator: 'Cast', inputs: ['doubled'], outputs: ['next_0'], attributes: half },
          { operator: 'Slice', inputs: ['next_0', 'zero', 'one', 'one'], outputs: ['cached'] },
        ],
        inputs: [{ name: 'features_0', type: 'float16', dims: ['rows', 2] }],
        outputs: [
          { name: 'next_0', type: 'float16', dims: ['rows', 2] },
          { name: 'cached', type: 'float16', dims: ['rows', 1] },
        ],
        constants: [
          { name: 'zero', dims: [1], values: BigInt64Array.of(0n) },
          { name: 'one', dims: [1], values: BigInt64Array.of(1n) },
        ],
      }),
      inputs: [{ name: 'features_0', rowShape: [2] }],
      outputs: [{ name: 'next_0', rowShape: [2] }],
      cached: { name: 'cached', rowShape: [1] },
      logits: null,
    },
    {
      bytes: tinyOnnx({
        nodes: [
          { operator: 'Cast', inputs: ['features_0'], outputs: ['wide'], attributes: single },
          { operator: 'Add', inputs: ['wide', 'wide'], outputs: ['logits'] },
        ],
        inputs: [{ name: 'features_0', type: 'float16', dims: ['rows', 2] }],
        outputs: [{ name: 'logits', type: 'float32', dims: ['rows', 2] }],
      }),
      inputs: [{ name: 'features_0', rowShape: [2] }],
      outputs: [],
      cached: null,
      logits: 'logits',
    },
  ];
}

const facts = { cuts, classes: 2, inputShape, backboneMacs: 3, precision: 'float16', batch: 'dynamic' } as const;

describe.each(runtimes)('$name', ({ ort }) => {
  test('rows go through all segments in float16', async () => {
    const backbone = createSegmentedBackbone({ ort, segments: realSegments(), ...facts });
    const first = await backbone.runSegment(0, [Float32Array.of(1, -2, 0.5, 4)], 2);
    // -1, 2, -0.5, -4 in binary16.
    expect(first).toEqual({ boundary: [Uint16Array.of(0xbc00, 0x4000, 0xb800, 0xc400)], cached: null, logits: null });
    const second = await backbone.runSegment(1, first.boundary, 2);
    expect(second.boundary).toEqual([Uint16Array.of(0xc000, 0x4400, 0xbc00, 0xc800)]);
    expect(second.cached).toEqual(Uint16Array.of(0xc000, 0xbc00));
    const last = await backbone.runSegment(2, second.boundary, 2);
    expect(last).toEqual({ boundary: [], cached: null, logits: Float32Array.of(-4, 8, -2, -16) });
    await backbone[Symbol.asyncDispose]();
  });

  test('a value beyond float16 is an error, not an infinity', async () => {
    const backbone = createSegmentedBackbone({ ort, segments: realSegments(), ...facts });
    const running = backbone.runSegment(0, [Float32Array.of(1e5, 0)], 1);
    await expect(running).rejects.toThrow(RuntimeFailureError);
    await expect(running).rejects.toThrow(/precision 'float32'/);
    await backbone[Symbol.asyncDispose]();
  });
});

describe('sessions, with a recorded runtime', () => {
  function backboneOf() {
    const pass = (from: string, to: string) => ({
      inputNames: [from],
      outputNames: [to],
      run: (feeds: Readonly<Record<string, Tensor>>) => ({ [to]: feeds[from]! }),
    });
    const runtime = fakeRuntime({
      a: pass('input', 'next_0'),
      b: pass('features_0', 'next_0'),
      c: pass('features_0', 'logits'),
    });
    const tensor = (name: string) => ({ name, rowShape: [2] });
    const segments: FeatureSegment[] = [
      { bytes: fakeModel('a'), inputs: [tensor('input')], outputs: [tensor('next_0')], cached: null, logits: null },
      {
        bytes: fakeModel('b'),
        inputs: [tensor('features_0')],
        outputs: [tensor('next_0')],
        cached: null,
        logits: null,
      },
      { bytes: fakeModel('c'), inputs: [tensor('features_0')], outputs: [], cached: null, logits: 'logits' },
    ];
    const backbone = createSegmentedBackbone({ ort: runtime.ort, segments, ...facts, precision: 'float32' });
    return { backbone, segments, runtime };
  }

  test('only the segment in use is open', async () => {
    const { backbone, runtime } = backboneOf();
    expect(runtime.log).toEqual([]);
    const rows = Float32Array.of(1, 2);
    await backbone.runSegment(0, [rows], 1);
    await backbone.runSegment(0, [rows], 1);
    await backbone.runSegment(1, [rows], 1);
    await backbone.runSegment(0, [rows], 1);
    await backbone[Symbol.asyncDispose]();
    await backbone[Symbol.asyncDispose]();
    expect(runtime.log).toEqual([
      'open a',
      'run a',
      'run a',
      'release a',
      'open b',
      'run b',
      'release b',
      'open a',
      'run a',
      'release a',
    ]);
    await expect(backbone.runSegment(0, [rows], 1)).rejects.toThrow(DisposedError);
  });

  test('segments that are held stay open, until others are', async () => {
    const { backbone, runtime } = backboneOf();
    const rows = Float32Array.of(1, 2);
    backbone.holdSegments?.(0, 1);
    for (const segment of [0, 1, 0, 1]) await backbone.runSegment(segment, [rows], 1);
    expect(runtime.log).toEqual(['open a', 'run a', 'open b', 'run b', 'run a', 'run b']);
    backbone.holdSegments?.(2, 2);
    await backbone.runSegment(2, [rows], 1);
    await backbone[Symbol.asyncDispose]();
    expect(runtime.log.slice(6)).toEqual(['release a', 'release b', 'open c', 'run c', 'release c']);
  });

  test('batches are bounded by the bytes of their rows', async () => {
    const { segments, runtime } = backboneOf();
    const batchOf = (boundary: readonly number[]): number => {
      const cuts = facts.cuts.map((cut, index) =>
        index === 0 ? { ...cut, boundaryShapes: [boundary, boundary] } : cut,
      );
      return createSegmentedBackbone({ ort: runtime.ort, segments, ...facts, cuts, precision: 'float32' })
        .preferredBatch;
    };
    expect(batchOf([16, 32, 32])).toBe(256);
    // 32 MiB of two tensors of 0.8 million float32 values.
    expect(batchOf([256, 56, 56])).toBe(5);
    expect(batchOf([2 ** 24])).toBe(1);
  });

  test('calls that overlap run one after the other', async () => {
    const { backbone, runtime } = backboneOf();
    const rows = Float32Array.of(1, 2);
    const results = [backbone.runSegment(0, [rows], 1), backbone.runSegment(2, [rows], 1)];
    await backbone[Symbol.asyncDispose]();
    expect((await Promise.all(results)).map((result) => result.logits)).toEqual([null, rows]);
    expect(runtime.log).toEqual(['open a', 'run a', 'release a', 'open c', 'run c', 'release c']);
  });

  test('invalid calls run nothing', async () => {
    const { backbone, runtime } = backboneOf();
    await expect(backbone.runSegment(3, [Float32Array.of(1, 2)], 1)).rejects.toThrow(
      /a segment from 0 to 2; received 3/,
    );
    await expect(backbone.runSegment(0, [Float32Array.of(1, Number.NaN)], 1)).rejects.toThrow(InvalidInputError);
    await expect(backbone.runSegment(0, [], 1)).rejects.toThrow(InvalidInputError);
    await expect(backbone.runSegment(0, [Float32Array.of(1, 2)], 0)).rejects.toThrow(InvalidInputError);
    expect(runtime.log.filter((entry) => entry.startsWith('run'))).toEqual([]);
  });

  test('segments that do not fit the cuts are refused', () => {
    const { segments, runtime } = backboneOf();
    expect(() => createSegmentedBackbone({ ort: runtime.ort, segments: segments.slice(1), ...facts })).toThrow(
      /Expected 3 segments .*; received 2/,
    );
    expect(() => createSegmentedBackbone({ ort: runtime.ort, segments: segments.toReversed(), ...facts })).toThrow(
      InvalidInputError,
    );
  });
});
