import { describe, expect, it } from 'vitest';
import type { StagedModel } from '../contract/staged-model.ts';
import { AbortedError, InvalidInputError } from '../errors/errors.ts';
import { denseInputs } from '../input/input-types.ts';
import { hostModel } from '../testing/host-model.ts';
import { referenceModel } from '../testing/reference-model.ts';
import { seededNetwork } from '../testing/seeded-network.ts';
import { seededValues } from '../testing/seeded-values.ts';
import { exitMilliseconds } from './device-profile.ts';
import { measureStages } from './measure-stages.ts';

/** A model on a clock of its own: each stage takes a fixed time per batch and per row. */
function timedModel(perBatch: readonly number[], perRow: readonly number[]) {
  let time = 0;
  let runs = 0;
  const model: StagedModel = hostModel({
    name: 'timed',
    classes: 2,
    labels: null,
    inputs: denseInputs([1]),
    backboneMacs: 1,
    stages: perBatch.map((milliseconds, stageIndex) => ({
      description: {
        name: `stage ${stageIndex}`,
        network: 0,
        isFinal: stageIndex === perBatch.length - 1,
        usesPreviousLogits: stageIndex > 0,
        segmentMacs: 1,
        headMacs: 0,
      },
      run: (tensors, rows) => {
        // Every seventh run is disturbed.
        time += milliseconds + rows * (perRow[stageIndex] as number) + (runs++ % 7 === 0 ? 1000 : 0);
        return { tensors: stageIndex === perBatch.length - 1 ? null : tensors, logits: new Float32Array(rows * 2) };
      },
    })),
  });
  return { model, now: () => time, pass: (milliseconds: number) => (time += milliseconds) };
}

const input = { rows: 8, data: new Float32Array(8) };

describe('measuring stages', () => {
  it('gives the median milliseconds per row of every stage and of the uncut network', async () => {
    const { model, now, pass } = timedModel([4, 2], [1, 3]);
    const runWhole = async (batch: { rows: number }) => pass(batch.rows * 10);
    const profile = await measureStages(model, { input, batchSizes: [1, 4], repeats: 5, warmUps: 2, now, runWhole });
    expect(profile).toEqual({
      format: 'ztw-device-profile',
      version: 1,
      model: 'timed',
      stages: ['stage 0', 'stage 1'],
      batches: [
        { batchSize: 1, repeats: 5, stageMilliseconds: [5, 5], wholeMilliseconds: 10 },
        { batchSize: 4, repeats: 5, stageMilliseconds: [2, 3.5], wholeMilliseconds: 10 },
      ],
    });
    expect(JSON.parse(JSON.stringify(profile))).toEqual(profile);
    expect(exitMilliseconds(profile, 4)).toEqual([2, 5.5]);
    expect(() => exitMilliseconds(profile, 2)).toThrow(InvalidInputError);
  });

  it('runs a real model, frees everything and stops when told to', async () => {
    const model = referenceModel(seededNetwork());
    const rows = { rows: 3, data: seededValues(1, 3 * 72, 1) };
    const profile = await measureStages(model, { input: rows, batchSizes: [3], repeats: 2 });
    expect(profile.batches[0]?.stageMilliseconds.every((time) => time > 0)).toBe(true);
    expect(profile.batches[0]?.wholeMilliseconds).toBeNull();
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const options = { input: rows, batchSizes: [1], signal: controller.signal, onProgress };
    await expect(measureStages(model, options)).rejects.toThrow(AbortedError);
    expect(model.liveFeatures).toBe(0);
  });

  it.each([{ batchSizes: [] }, { batchSizes: [0] }, { batchSizes: [9] }, { repeats: 0 }, { warmUps: -1 }])(
    'refuses %o',
    async (options) => {
      const { model, now } = timedModel([1], [1]);
      await expect(measureStages(model, { input, now, ...options })).rejects.toThrow(InvalidInputError);
    },
  );
});
