import { describe, expect, it } from 'vitest';
import { AbortedError, InvalidInputError } from '../errors/errors.ts';
import { referenceModel } from '../testing/reference-model.ts';
import { wholeLogits } from '../testing/reference-network.ts';
import { seededNetwork } from '../testing/seeded-network.ts';
import { seededValues } from '../testing/seeded-values.ts';
import { runAllExits } from './run-all-exits.ts';

const network = seededNetwork();
const input = { rows: 7, data: seededValues(5, 7 * 72, 1) };

describe('runAllExits', () => {
  it('returns the logits of every row at every exit, whatever the batches', async () => {
    const together = await runAllExits(referenceModel(network), input);
    expect(together.map((logits) => logits.length)).toEqual([28, 28, 28, 28]);
    expect(together[3]).toEqual(wholeLogits(network, input));
    for (const batchSize of [1, 3]) {
      expect(await runAllExits(referenceModel(network), input, { batchSize })).toEqual(together);
    }
  });

  it('tells how many rows are done', async () => {
    const done: number[] = [];
    await runAllExits(referenceModel(network), input, { batchSize: 3, onProgress: (rows) => done.push(rows) });
    expect(done).toEqual([3, 6, 7]);
  });

  it('gives empty logits for no rows', async () => {
    const logits = await runAllExits(referenceModel(network), { rows: 0, data: new Float32Array(0) });
    expect(logits).toEqual(Array(4).fill(new Float32Array(0)));
  });

  it('stops when it is told to, and leaves no features behind', async () => {
    const model = referenceModel(network);
    const controller = new AbortController();
    const run = runAllExits(model, input, {
      batchSize: 3,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(run).rejects.toThrow(AbortedError);
    expect(model.liveFeatures).toBe(0);
  });

  it('refuses an input that does not fit', async () => {
    const run = runAllExits(referenceModel(network), { rows: 8, data: input.data });
    await expect(run).rejects.toThrow(InvalidInputError);
  });
});
