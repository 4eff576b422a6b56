import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../errors/errors.ts';
import { never } from '../policy/never.ts';
import { referenceModel } from '../testing/reference-model.ts';
import { seededNetwork } from '../testing/seeded-network.ts';
import { checkInputBatch } from './check-input.ts';
import { classify } from './classify.ts';
import { classifyStream } from './stream/classify-stream.ts';

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
    expect(() => checkInputBatch(batch, [72])).toThrow(message);
    const run = classify(model, batch, { policy: never() });
    await expect(run).rejects.toThrow(InvalidInputError);
    await expect(run).rejects.toThrow(message);
    const stream = classifyStream(model, [data as Float32Array], { policy: never() });
    await expect(stream.next()).rejects.toThrow(message);
    expect(model.liveFeatures).toBe(0);
  });
});
