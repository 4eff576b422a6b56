import { afterEach, describe, expect, test, vi } from 'vitest';
import { AbortedError } from '../errors/errors.ts';
import { never } from '../policy/never.ts';
import { referenceModel } from '../testing/reference-model.ts';
import { seededNetwork } from '../testing/seeded-network.ts';
import { seededValues } from '../testing/seeded-values.ts';
import { anytime } from './anytime.ts';
import { classify } from './classify.ts';
import { letEventsIn } from './let-events-in.ts';
import { runAllExits } from './run-all-exits.ts';
import { classifyStream } from './stream/classify-stream.ts';

const rows = 60;
const input = { rows, data: seededValues(5, rows * 72, 1) };
const policy = never();

/** A runtime that keeps the thread for a millisecond per stage, as kernels on WebAssembly do. */
function busyModel() {
  const model = referenceModel(seededNetwork());
  const runStage = model.runStage.bind(model);
  const counter = { stages: 0 };
  model.runStage = (...call) => {
    counter.stages += 1;
    const end = performance.now() + 1;
    while (performance.now() < end);
    return runStage(...call);
  };
  return { model, counter };
}

type Busy = ReturnType<typeof busyModel>['model'];

async function drain(answers: AsyncIterable<unknown>): Promise<void> {
  for await (const _answer of answers);
}

const runs: readonly (readonly [string, (model: Busy, signal: AbortSignal) => Promise<unknown>])[] = [
  ['classify', (model, signal) => classify(model, input, { policy, batchSize: 1, signal })],
  ['runAllExits', (model, signal) => runAllExits(model, input, { batchSize: 1, signal })],
  [
    'classifyStream',
    (model, signal) => {
      const stream = Array.from({ length: rows }, (_unused, row) => input.data.slice(row * 72, (row + 1) * 72));
      return drain(classifyStream(model, stream, { policy, batchSize: 1, signal }));
    },
  ],
  [
    'anytime',
    async (model, signal) => {
      for (let row = 0; row < rows; row++)
        await drain(anytime(model, { rows: 1, data: input.data.slice(0, 72) }, { signal }));
    },
  ],
];

afterEach(() => vi.unstubAllGlobals());

describe.each(['setImmediate', 'MessageChannel'])('with %s', (kind) => {
  test.each(runs)('an abort by a timer arrives in %s between two stages that run synchronously', async (_name, run) => {
    if (kind === 'MessageChannel') vi.stubGlobal('setImmediate', undefined);
    const { model, counter } = busyModel();
    const controller = new AbortController();
    let stagesAtAbort = Number.NaN;
    setTimeout(() => {
      stagesAtAbort = counter.stages;
      controller.abort();
    }, 3);
    await expect(run(model, controller.signal)).rejects.toThrow(AbortedError);
    expect(counter.stages).toBeLessThanOrEqual(stagesAtAbort + 1);
    expect(counter.stages).toBeLessThan(4 * rows);
    expect(model.liveFeatures).toBe(0);
  });
});

test('nothing is waited for without a signal, or after it fired', () => {
  expect(letEventsIn(undefined)).toBeUndefined();
  expect(letEventsIn(AbortSignal.abort())).toBeUndefined();
});
