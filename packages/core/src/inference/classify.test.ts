import { describe, expect, it, vi } from 'vitest';
import type { Ensemble } from '../contract/ensemble.ts';
import type { ExitPolicy } from '../contract/exit-policy.ts';
import { lastPrediction } from '../ensemble/last-prediction.ts';
import { AbortedError, DisposedError, InvalidInputError, RuntimeFailureError } from '../errors/errors.ts';
import { confidenceThreshold } from '../policy/confidence-threshold.ts';
import { never } from '../policy/never.ts';
import { patience } from '../policy/patience.ts';
import { referenceModel } from '../testing/reference-model.ts';
import { replayModel, rowNumbers } from '../testing/replay-model.ts';
import { seededNetwork } from '../testing/seeded-network.ts';
import { seededValues } from '../testing/seeded-values.ts';
import type { StageEvent } from './classification.ts';
import { exitCosts } from './classification.ts';
import { classify } from './classify.ts';

/** Logits of two classes whose softmax is `[1 - p, p]`. */
function logitsFor(probabilities: readonly number[]): Float32Array {
  return Float32Array.from(probabilities.flatMap((p) => [0, Math.log(p / (1 - p))]));
}

/** Rows 0 to 3 become confident at exits 0, 1, 2 and never; each changes its mind on the way. */
const confidences = [
  [0.95, 0.3, 0.6, 0.45],
  [0.1, 0.02, 0.4, 0.7],
  [0.2, 0.3, 0.97, 0.6],
];
const replay = () => replayModel({ classes: 2, exits: confidences.map(logitsFor) });

describe('classify', () => {
  it('lets every row leave at its exit, and answers in the order of the input', async () => {
    const model = replay();
    const { results, summary } = await classify(model, rowNumbers(4), { policy: confidenceThreshold(0.9) });
    expect(results.map(({ row, exitIndex, labelIndex }) => [row, exitIndex, labelIndex])).toEqual([
      [0, 0, 1],
      [1, 1, 0],
      [2, 2, 1],
      [3, 2, 1],
    ]);
    expect(results.map(({ stageName, macs }) => [stageName, macs])).toEqual([
      ['exit 0', 100],
      ['exit 1', 200],
      ['final', 300],
      ['final', 300],
    ]);
    expect(results.map(({ macsFraction }) => macsFraction)).toEqual([1 / 3, 2 / 3, 1, 1]);
    // atol 1e-6: logits that were rounded to float32.
    expect(results[1]?.probabilities[0]).toBeCloseTo(0.98, 6);
    expect(summary).toEqual({ rows: 4, exitHistogram: [1, 1, 2], meanMacs: 225, meanMacsFraction: 0.75 });
    expect(model.liveFeatures).toBe(0);
  });

  it('names labels where the model has them', async () => {
    const model = referenceModel(seededNetwork());
    const input = { rows: 2, data: seededValues(1, 2 * 72, 1) };
    for (const { label, labelIndex } of (await classify(model, input, { policy: never() })).results) {
      expect(label).toBe(`class ${labelIndex}`);
    }
    expect((await classify(replay(), rowNumbers(1), { policy: never() })).results[0]?.label).toBeNull();
  });

  it.each([1, 2, 3, 4, 100])('answers the same in batches of %d', async (batchSize) => {
    const options = { policy: confidenceThreshold(0.9) };
    const expected = await classify(replay(), rowNumbers(4), options);
    expect(await classify(replay(), rowNumbers(4), { ...options, batchSize })).toEqual(expected);
  });

  it('gives no results for no rows, without running anything', async () => {
    const model = replay();
    const load = vi.spyOn(model, 'load');
    const { results, summary } = await classify(model, rowNumbers(0), { policy: never() });
    expect(results).toEqual([]);
    expect(summary).toEqual({ rows: 0, exitHistogram: [0, 0, 0], meanMacs: 0, meanMacsFraction: 0 });
    expect(load).not.toHaveBeenCalled();
  });

  it('runs no stage and compacts nothing once all rows have left', async () => {
    const model = replay();
    const runStage = vi.spyOn(model, 'runStage');
    const keepRows = vi.spyOn(model, 'keepRows');
    await classify(model, rowNumbers(4), { policy: confidenceThreshold(0) });
    expect(runStage).toHaveBeenCalledTimes(1);
    expect(keepRows).not.toHaveBeenCalled();
    expect(model.liveFeatures).toBe(0);
  });

  it('compacts nothing while no row leaves', async () => {
    const model = replay();
    const keepRows = vi.spyOn(model, 'keepRows');
    const policy: ExitPolicy = { ...never(), keepRows: vi.fn() };
    const ensemble: Ensemble = { ...lastPrediction(), keepRows: vi.fn() };
    await classify(model, rowNumbers(4), { policy, ensemble });
    expect(keepRows).not.toHaveBeenCalled();
    expect(policy.keepRows).not.toHaveBeenCalled();
    expect(ensemble.keepRows).not.toHaveBeenCalled();
  });

  it('compacts the state of the ensemble with the rows', async () => {
    // A state with one entry per row: which row it is.
    const seen: number[][] = [];
    const ensemble: Ensemble<readonly number[]> = {
      specificationVersion: 'v1',
      name: 'row memory',
      init: (rows) => Array.from({ length: rows }, (_, row) => row),
      update: (state, exitIndex, logits) => {
        seen.push([...state]);
        return { state, logProbabilities: lastPrediction().update(2, exitIndex, logits).logProbabilities };
      },
      keepRows: (state, kept) => Array.from(kept, (position) => state[position] as number),
    };
    await classify(replay(), rowNumbers(4), { policy: confidenceThreshold(0.9), ensemble });
    expect(seen).toEqual([
      [0, 1, 2, 3],
      [1, 2, 3],
      [2, 3],
    ]);
  });

  it('compacts the state of the policy with the rows', async () => {
    const exits = [
      [0.9, 0.1, 0.9],
      [0.9, 0.9, 0.1],
      [0.1, 0.9, 0.9],
      [0.1, 0.1, 0.9],
    ].map(logitsFor);
    const { results } = await classify(replayModel({ classes: 2, exits }), rowNumbers(3), { policy: patience(1) });
    expect(results.map((result) => result.exitIndex)).toEqual([1, 2, 3]);
  });

  describe('at the last exit', () => {
    it('takes the last prediction, by default', async () => {
      const { results } = await classify(replay(), rowNumbers(4), { policy: never() });
      expect(results.map((result) => result.answerExitIndex)).toEqual([2, 2, 2, 2]);
    });

    it('takes the most confident prediction on the way, when told to', async () => {
      const { results } = await classify(replay(), rowNumbers(4), { policy: never(), fallback: 'most-confident' });
      expect(results.map(({ answerExitIndex, labelIndex }) => [answerExitIndex, labelIndex])).toEqual([
        [0, 1],
        [1, 0],
        [2, 1],
        [1, 1],
      ]);
      expect(results.map(({ exitIndex, macsFraction }) => [exitIndex, macsFraction])).toEqual(Array(4).fill([2, 1]));
      expect(results[3]?.probabilities[1]).toBeCloseTo(0.7, 6);
    });

    it('takes the earliest of several equally confident predictions', async () => {
      const exits = [[0.6], [0.8], [0.8]].map(logitsFor);
      const options = { policy: never(), fallback: 'most-confident' } as const;
      const { results } = await classify(replayModel({ classes: 2, exits }), rowNumbers(1), options);
      expect(results[0]?.answerExitIndex).toBe(1);
    });

    it('compares with the rows that are left, not with those that were there', async () => {
      const options = { policy: confidenceThreshold(0.9), fallback: 'most-confident' } as const;
      const { results } = await classify(replay(), rowNumbers(4), options);
      expect(results.map(({ exitIndex, answerExitIndex }) => [exitIndex, answerExitIndex])).toEqual([
        [0, 0],
        [1, 1],
        [2, 2],
        [2, 1],
      ]);
    });
  });

  it('reports every stage with the answers that became final there', async () => {
    const events: StageEvent[] = [];
    const { results } = await classify(replay(), rowNumbers(4), {
      policy: confidenceThreshold(0.9),
      batchSize: 3,
      onStage: (event) => events.push(event),
    });
    expect(events.map((event) => [event.stage.name, event.rowsEntering, event.leaving.map(({ row }) => row)])).toEqual([
      ['exit 0', 3, [0]],
      ['exit 1', 2, [1]],
      ['final', 1, [2]],
      ['exit 0', 1, []],
      ['exit 1', 1, []],
      ['final', 1, [3]],
    ]);
    expect(events.flatMap((event) => event.leaving)).toEqual(results);
  });
});

describe('classify refuses', () => {
  const policy = never();

  it.each([
    ['data that is too short', { rows: 3, data: new Float32Array(2) }],
    ['data that is too long', { rows: 1, data: new Float32Array(2) }],
    ['a part of a row', { rows: 1.5, data: new Float32Array(1) }],
    ['NaN', { rows: 1, data: Float32Array.of(Number.NaN) }],
  ])('%s', async (_name, input) => {
    const model = replay();
    await expect(classify(model, input, { policy })).rejects.toThrow(InvalidInputError);
    expect(model.liveFeatures).toBe(0);
  });

  it.each([0, -1, 1.5, Number.NaN])('a batch size of %d', async (batchSize) => {
    await expect(classify(replay(), rowNumbers(1), { policy, batchSize })).rejects.toThrow(InvalidInputError);
  });
});

describe('classify frees the features and reports', () => {
  it('NaN in logits', async () => {
    const model = replayModel({
      classes: 2,
      exits: [logitsFor([0.5]), Float32Array.of(0, Number.NaN), logitsFor([0.5])],
    });
    const run = classify(model, rowNumbers(1), { policy: never() });
    await expect(run).rejects.toThrow(RuntimeFailureError);
    await expect(run).rejects.toThrow(/stage 'exit 1'; received NaN/);
    expect(model.liveFeatures).toBe(0);
  });

  it('logits of the wrong size', async () => {
    const model = replayModel({ classes: 2, exits: [() => new Float32Array(3), logitsFor([0.5, 0.5])] });
    await expect(classify(model, rowNumbers(2), { policy: never() })).rejects.toThrow(/Expected 4 logits/);
    expect(model.liveFeatures).toBe(0);
  });

  it('a stage that fails', async () => {
    const cause = new Error('out of memory');
    const model = replayModel({
      classes: 2,
      exits: [
        logitsFor([0.5]),
        () => {
          throw cause;
        },
        logitsFor([0.5]),
      ],
    });
    await expect(classify(model, rowNumbers(1), { policy: never() })).rejects.toBe(cause);
    expect(model.liveFeatures).toBe(0);
  });

  it('a compaction that fails, without freeing what it has consumed', async () => {
    const model = replay();
    const cause = new Error('device lost');
    vi.spyOn(model, 'keepRows').mockImplementation(async (features) => {
      model.release(features);
      throw cause;
    });
    const release = vi.spyOn(model, 'release');
    const run = classify(model, rowNumbers(4), { policy: confidenceThreshold(0.9) });
    await expect(run).rejects.toBe(cause);
    expect(release).toHaveBeenCalledTimes(1);
    expect(model.liveFeatures).toBe(0);
  });

  it('missing features', async () => {
    const model = replay();
    const whole = model.runStage.bind(model);
    vi.spyOn(model, 'runStage').mockImplementation(async (stageIndex, features, previousLogits) => {
      const { logits, features: next } = await whole(stageIndex, features, previousLogits);
      if (next !== null) model.release(next);
      return { logits, features: null };
    });
    await expect(classify(model, rowNumbers(4), { policy: never() })).rejects.toThrow(RuntimeFailureError);
    expect(model.liveFeatures).toBe(0);
  });

  it('an ensemble that returns NaN', async () => {
    const model = replay();
    const ensemble: Ensemble = {
      ...lastPrediction(),
      name: 'broken',
      update: (state, _exit, logits) => ({ state, logProbabilities: logits.map(() => Number.NaN) }),
    };
    await expect(classify(model, rowNumbers(4), { policy: never(), ensemble })).rejects.toThrow(/ensemble 'broken'/);
    expect(model.liveFeatures).toBe(0);
  });

  it('a policy that decides for too few rows', async () => {
    const model = replay();
    const policy: ExitPolicy = { ...never(), update: (state) => ({ state, exits: new Uint8Array(1) }) };
    await expect(classify(model, rowNumbers(4), { policy })).rejects.toThrow(InvalidInputError);
    expect(model.liveFeatures).toBe(0);
  });

  it('an error of the observer', async () => {
    const model = replay();
    const error = new Error('observer');
    const onStage = () => {
      throw error;
    };
    await expect(classify(model, rowNumbers(4), { policy: never(), onStage })).rejects.toBe(error);
    expect(model.liveFeatures).toBe(0);
  });

  it('an abort between two stages, with its reason', async () => {
    const model = replay();
    const controller = new AbortController();
    const reason = new Error('the user left');
    const run = classify(model, rowNumbers(4), {
      policy: never(),
      signal: controller.signal,
      onStage: ({ stageIndex }) => {
        if (stageIndex === 1) controller.abort(reason);
      },
    });
    const error: unknown = await run.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AbortedError);
    expect(error).toMatchObject({ cause: reason });
    expect(model.liveFeatures).toBe(0);
  });

  it('an abort before the start, without loading anything', async () => {
    const model = replay();
    const load = vi.spyOn(model, 'load');
    const run = classify(model, rowNumbers(4), { policy: never(), signal: AbortSignal.abort() });
    await expect(run).rejects.toThrow(AbortedError);
    expect(load).not.toHaveBeenCalled();
  });

  it('a model that was disposed in the middle', async () => {
    const model = replay();
    const onStage = () => {
      void model[Symbol.asyncDispose]();
    };
    await expect(classify(model, rowNumbers(4), { policy: never(), onStage })).rejects.toThrow(DisposedError);
    // Also where the loop itself has to free the features of the disposed model.
    const second = replay();
    const error = new Error('observer');
    const disposeAndThrow = () => {
      void second[Symbol.asyncDispose]();
      throw error;
    };
    await expect(classify(second, rowNumbers(4), { policy: never(), onStage: disposeAndThrow })).rejects.toBe(error);
  });
});

describe('exitCosts', () => {
  it('sums segments and heads up to each exit', () => {
    const stages = [
      { segmentMacs: 10, headMacs: 1 },
      { segmentMacs: 20, headMacs: 2 },
      { segmentMacs: 30, headMacs: 0 },
    ].map((costs) => ({ ...costs, name: '', network: 0, isFinal: false, usesPreviousLogits: false }));
    expect(exitCosts({ stages })).toEqual([11, 33, 63]);
  });
});
