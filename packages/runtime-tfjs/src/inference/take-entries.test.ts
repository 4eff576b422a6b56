import { memory, tensor } from '@tensorflow/tfjs-core';
import { takeRows } from '@ztw/core/runtime';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backends, tensorflowOn } from '../__fixtures__/backends.ts';
import { takeEntries } from './take-entries.ts';

const selections = fc
  .record({
    outer: fc.integer({ min: 1, max: 3 }),
    length: fc.integer({ min: 1, max: 9 }),
    inner: fc.integer({ min: 1, max: 4 }),
  })
  .chain((sizes) =>
    fc.record({
      sizes: fc.constant(sizes),
      indices: fc.array(fc.integer({ min: 0, max: sizes.length - 1 }), { minLength: 1, maxLength: 12 }),
    }),
  );

describe.each(backends)('takeEntries on %s', (backend) => {
  test('copies any entries of any axis', async () => {
    const tf = await tensorflowOn(backend);
    const before = memory().numTensors;
    fc.assert(
      fc.property(selections, ({ sizes: { outer, length, inner }, indices }) => {
        const values = Float32Array.from({ length: outer * length * inner }, (_unused, index) => index);
        const source = tensor(values, [outer, length, inner]);
        const taken = takeEntries(tf, source, 1, Int32Array.from(indices));
        expect(taken.shape).toEqual([outer, indices.length, inner]);
        const expected = Array.from({ length: outer }, (_unused, block) =>
          indices.map((entry) => [
            ...values.subarray((block * length + entry) * inner, (block * length + entry + 1) * inner),
          ]),
        );
        expect([...taken.dataSync()]).toEqual(expected.flat(2));
        source.dispose();
        taken.dispose();
      }),
      { numRuns: 50 },
    );
    expect(memory().numTensors).toBe(before);
  });

  test('takes the entries that GatherV2 of the cpu backend takes, on maps of any shape', async () => {
    const maps = fc
      .record({
        shape: fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 1, max: 6 }))),
        axis: fc.integer({ min: 0, max: 3 }),
        picks: fc.array(fc.nat(1000), { minLength: 1, maxLength: 9 }),
      })
      .map(({ shape, axis, picks }) => ({ shape, axis, indices: picks.map((pick) => pick % shape[axis]!) }));
    await fc.assert(
      fc.asyncProperty(maps, async ({ shape, axis, indices }) => {
        const length = shape.reduce((product, size) => product * size, 1);
        const values = Float32Array.from({ length }, (_unused, index) => Math.sin(index));
        const cpu = await tensorflowOn('cpu');
        const [x, list] = [tensor(values, shape), tensor(indices, [indices.length], 'int32')];
        const gathered = cpu.engine().runKernel('GatherV2', { x, indices: list }, { axis, batchDims: 0 }) as typeof x;
        const expected = [...gathered.dataSync()];
        for (const made of [x, list, gathered]) made.dispose();

        const tf = await tensorflowOn(backend);
        const source = tensor(values, shape);
        const taken = takeEntries(tf, source, axis, Int32Array.from(indices));
        expect(taken.shape).toEqual(gathered.shape);
        // Copies: nothing is computed.
        expect([...taken.dataSync()]).toEqual(expected);
        source.dispose();
        taken.dispose();
      }),
      { numRuns: 50 },
    );
  });

  test('keeps rows as the host does', async () => {
    const tf = await tensorflowOn(backend);
    const values = Float32Array.from({ length: 40 }, (_unused, index) => Math.sin(index));
    const kept = Int32Array.of(0, 3, 4, 9);
    const source = tensor(values, [10, 2, 2]);
    const taken = takeEntries(tf, source, 0, kept);
    expect([...taken.dataSync()]).toEqual([...takeRows(values, 4, kept)]);
    source.dispose();
    taken.dispose();
  });
});
