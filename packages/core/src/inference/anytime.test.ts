import { describe, expect, it } from 'vitest';
import { AbortedError, InvalidInputError } from '../errors/errors.ts';
import { confidenceThreshold } from '../policy/confidence-threshold.ts';
import { never } from '../policy/never.ts';
import type { DeviceProfile } from '../profile/device-profile.ts';
import { referenceModel } from '../testing/reference-model.ts';
import { seededNetwork } from '../testing/seeded-network.ts';
import { seededValues } from '../testing/seeded-values.ts';
import { type AnytimeAnswer, type AnytimeOptions, anytime } from './anytime.ts';
import { classify } from './classify.ts';
import { runAllExits } from './run-all-exits.ts';

const model = referenceModel(seededNetwork());
const input = { rows: 6, data: seededValues(2, 6 * 72, 1.5) };

async function collect(options: AnytimeOptions): Promise<readonly AnytimeAnswer[]> {
  const answers: AnytimeAnswer[] = [];
  for await (const answer of anytime(model, input, options)) answers.push(answer);
  expect(model.liveFeatures).toBe(0);
  return answers;
}

/** A clock on which every stage takes 10 milliseconds: it is read before each stage but the first, and after each. */
function clockOf(readings: readonly number[]): () => number {
  const left = [...readings];
  return () => left.shift() ?? Number.NaN;
}

describe('anytime', () => {
  it('answers after every stage by that stage, and ends as classify does', async () => {
    const answers = await collect({});
    const logits = await runAllExits(model, input);
    expect(answers.map(({ stage }) => stage)).toEqual(model.stages);
    for (const { stageIndex, results } of answers) {
      for (const { row, labelIndex } of results) {
        const scores = [...logits[stageIndex]!.subarray(row * 4, (row + 1) * 4)];
        expect(labelIndex).toBe(scores.indexOf(Math.max(...scores)));
      }
    }
    expect(answers.map(({ isFinal }) => isFinal)).toEqual([false, false, false, true]);
    expect(answers.at(-1)?.results).toEqual((await classify(model, input, { policy: never() })).results);
  });

  it('leaves rows alone that a policy has let go, and ends when all have left', async () => {
    const policy = confidenceThreshold(0.6);
    const { results } = await classify(model, input, { policy });
    const answers = await collect({ policy });
    const deepest = Math.max(...results.map(({ exitIndex }) => exitIndex));
    expect(new Set(results.map(({ exitIndex }) => exitIndex)).size).toBeGreaterThan(1);
    expect(answers).toHaveLength(deepest + 1);
    expect(answers.at(-1)?.results).toEqual(results);
    expect(answers.at(-1)?.isFinal).toBe(true);
  });

  it('begins no stage after the deadline, but always the first', async () => {
    const now = () => clockOf([0, 10, 10, 20, 20, 30, 30, 40]);
    expect(await collect({ deadlineMilliseconds: 20, now: now() })).toHaveLength(2);
    expect(await collect({ deadlineMilliseconds: 21, now: now() })).toHaveLength(3);
    expect(await collect({ deadlineMilliseconds: 0, now: now() })).toHaveLength(1);
    const all = await collect({ deadlineMilliseconds: 31, now: now() });
    expect(all.map(({ elapsedMilliseconds }) => elapsedMilliseconds)).toEqual([10, 20, 30, 40]);
  });

  it('frees its rows when the caller has seen enough', async () => {
    for await (const { stageIndex } of anytime(model, input)) {
      if (stageIndex === 1) break;
    }
    expect(model.liveFeatures).toBe(0);
  });

  it('stops between two stages when its signal fires', async () => {
    const controller = new AbortController();
    const answers = anytime(model, input, { signal: controller.signal });
    await answers.next();
    controller.abort();
    await expect(answers.next()).rejects.toThrow(AbortedError);
    expect(model.liveFeatures).toBe(0);
  });

  it('begins no stage that would end after the deadline, where a profile says how long it takes', async () => {
    const profile = (stageMilliseconds: readonly number[], batchSize = 1): DeviceProfile => ({
      format: 'ztw-device-profile',
      version: 1,
      model: model.name,
      stages: model.stages.map(({ name }) => name),
      batches: [{ batchSize, repeats: 1, stageMilliseconds, wholeMilliseconds: null }],
    });
    const now = () => clockOf([0, 10, 10, 20, 20, 30, 30, 40]);
    // Per row: six of them take ten milliseconds.
    const even = profile([10 / 6, 10 / 6, 10 / 6, 10 / 6]);
    expect(await collect({ deadlineMilliseconds: 29, profile: even, now: now() })).toHaveLength(2);
    expect(await collect({ deadlineMilliseconds: 30, profile: even, now: now() })).toHaveLength(3);
    expect(await collect({ deadlineMilliseconds: 1, profile: even, now: now() })).toHaveLength(1);
    expect(await collect({ deadlineMilliseconds: 99, profile: profile([1, 1, 15, 1]), now: now() })).toHaveLength(2);
    // Of several batch sizes, the largest that is no larger than the input.
    const several = { ...even, batches: [...even.batches, ...profile([99, 99, 99, 99], 32).batches] };
    expect(await collect({ deadlineMilliseconds: 30, profile: several, now: now() })).toHaveLength(3);
    await expect(collect({ profile: { ...even, stages: ['other'] } })).rejects.toThrow(
      /Expected a profile of the stages/,
    );
  });

  it('refuses a deadline that is no time, and input that does not fit', async () => {
    await expect(collect({ deadlineMilliseconds: Number.NaN })).rejects.toThrow(InvalidInputError);
    await expect(anytime(model, { rows: 2, data: new Float32Array(5) }).next()).rejects.toThrow(InvalidInputError);
  });
});
