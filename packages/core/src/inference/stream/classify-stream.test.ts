import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chain } from '../../chain/chain.ts';
import type { Ensemble } from '../../contract/ensemble.ts';
import type { ExitPolicy } from '../../contract/exit-policy.ts';
import type { StagedModel } from '../../contract/staged-model.ts';
import { lastPrediction } from '../../ensemble/last-prediction.ts';
import { AbortedError, InvalidInputError } from '../../errors/errors.ts';
import { takeRows } from '../../numeric/rows.ts';
import { logSoftmax } from '../../numeric/softmax.ts';
import { allOf, anyOf } from '../../policy/combined-policy.ts';
import { confidenceThreshold } from '../../policy/confidence-threshold.ts';
import { entropyThreshold } from '../../policy/entropy-threshold.ts';
import { marginThreshold } from '../../policy/margin-threshold.ts';
import { never } from '../../policy/never.ts';
import { patience } from '../../policy/patience.ts';
import { referenceModel } from '../../testing/reference-model.ts';
import { replayModel } from '../../testing/replay-model.ts';
import { seededNetwork } from '../../testing/seeded-network.ts';
import { seededValues } from '../../testing/seeded-values.ts';
import type { RowResult, StageEvent } from '../classification.ts';
import { classify } from '../classify.ts';
import { classifyStream } from './classify-stream.ts';

const width = 72;

/** Rows one by one, in one buffer that is filled again and again; now and then a row keeps the reader waiting. */
async function* arriving(data: Float32Array, lateRows: ReadonlySet<number> = new Set()) {
  const row = new Float32Array(width);
  for (let position = 0; position < data.length / width; position++) {
    if (lateRows.has(position)) await new Promise((resolve) => setTimeout(resolve, 3));
    row.set(data.subarray(position * width, (position + 1) * width));
    yield row;
  }
}

async function collect(results: AsyncIterable<RowResult>): Promise<readonly RowResult[]> {
  const collected: RowResult[] = [];
  for await (const result of results) collected.push(result);
  return collected;
}

/** Adds up all log-probabilities so far: its state must stay with its rows. */
const sumOfAll: Ensemble<Float32Array | null> = {
  specificationVersion: 'v1',
  name: 'sumOfAll()',
  init: () => null,
  update: (state, _exitIndex, logits) => {
    const sum = logSoftmax(logits, 4).map((value, index) => value + (state?.[index] ?? 0));
    return { state: sum, logProbabilities: logSoftmax(sum, 4) };
  },
  keepRows: (state, kept) => state && takeRows(state, 4, kept),
};

const policies: readonly ExitPolicy[] = [
  confidenceThreshold(0.6),
  entropyThreshold(0.9),
  marginThreshold(0.4),
  patience(1),
  never(),
  anyOf(patience(2), confidenceThreshold(0.8)),
  allOf(patience(1), marginThreshold(0.2)),
];

const network = referenceModel(seededNetwork());
const twoNetworks = chain([
  referenceModel(seededNetwork({ seed: 5, confidence: 2 })),
  referenceModel(seededNetwork({ seed: 9 })),
]);

describe('a stream', () => {
  it('answers as classify does, in order, whatever the policy, the ensemble, the batches and the arrivals', async () => {
    const scenario = fc.record({
      rows: fc.integer({ min: 0, max: 30 }),
      seed: fc.integer({ min: 1, max: 99 }),
      policy: fc.constantFrom(...policies),
      ensemble: fc.constantFrom<Ensemble>(lastPrediction(), sumOfAll),
      fallback: fc.constantFrom('last' as const, 'most-confident' as const),
      model: fc.constantFrom<StagedModel>(network, twoNetworks),
      batchSize: fc.integer({ min: 1, max: 7 }),
      spare: fc.integer({ min: 0, max: 9 }),
      maxWaitMilliseconds: fc.constantFrom(null, 0),
      lateRows: fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ rows, seed, model, batchSize, spare, lateRows, ...options }) => {
        const data = seededValues(seed, rows * width, 1.5);
        const expected = await classify(model, { rows, data }, options);
        const limits = { batchSize, maxPending: batchSize + spare };
        const source = arriving(data, new Set(lateRows));
        expect(await collect(classifyStream(model, source, { ...options, ...limits }))).toEqual(expected.results);
        expect(network.liveFeatures).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('fills deep batches with the survivors of several batches', async () => {
    // Every fourth row stays at exit 0, all others leave.
    const logits = Float32Array.from({ length: 64 * 2 }, (_, index) => (index % 8 < 2 ? 0 : index % 2 === 0 ? 9 : 0));
    const model = replayModel({ classes: 2, exits: [logits, new Float32Array(128)] });
    const entering: number[][] = [[], []];
    const onStage = ({ stageIndex, rowsEntering }: StageEvent) => entering[stageIndex]?.push(rowsEntering);
    const rows = Array.from({ length: 64 }, (_, row) => Float32Array.of(row));
    const options = { policy: confidenceThreshold(0.9), batchSize: 8, onStage };
    const results = await collect(classifyStream(model, rows, options));
    expect(results.map(({ exitIndex }) => exitIndex)).toEqual(rows.map((_, row) => (row % 4 === 0 ? 1 : 0)));
    expect(entering).toEqual([Array(8).fill(8), [8, 8]]);
  });

  it('reads no row before a result is asked for, and never more than there is place for', async () => {
    let read = 0;
    const rows = (function* () {
      for (; read < 100; read++) yield seededValues(read, width, 1);
    })();
    const stream = classifyStream(network, rows, { policy: never(), batchSize: 4, maxPending: 10 });
    expect(read).toBe(0);
    let given = 0;
    for await (const _ of stream) {
      given += 1;
      expect(read - given).toBeLessThanOrEqual(10);
    }
    expect(given).toBe(100);
  });

  it('does not let a silent source keep rows waiting', async () => {
    let sendSecond = () => {};
    const second = new Promise<void>((resolve) => {
      sendSecond = resolve;
    });
    async function* source() {
      yield seededValues(1, width, 1);
      await second;
      yield seededValues(2, width, 1);
    }
    const stream = classifyStream(network, source(), { policy: never(), batchSize: 8, maxWaitMilliseconds: 1 });
    // The second row is sent only once the first is answered.
    expect((await stream.next()).value?.row).toBe(0);
    sendSecond();
    expect((await stream.next()).value?.row).toBe(1);
    expect((await stream.next()).done).toBe(true);
  });

  it('runs batch after batch where the model cannot join rows', async () => {
    const model = new Proxy(network, {
      get(target, property) {
        if (property === 'supports') return { parallelRuns: false, featureMemory: 'host' };
        if (property === 'concatRows') return undefined;
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const data = seededValues(3, 10 * width, 1.5);
    const options = { policy: confidenceThreshold(0.6), batchSize: 4 };
    const expected = await classify(network, { rows: 10, data }, options);
    expect(await collect(classifyStream(model, arriving(data), options))).toEqual(expected.results);
  });
});

describe('a stream that ends early', () => {
  /** An endless source that knows whether it was closed. */
  function endless() {
    const state = { closed: false, read: 0 };
    async function* rows() {
      try {
        while (true) yield seededValues(state.read++, width, 1);
      } finally {
        state.closed = true;
      }
    }
    return { state, rows: rows() };
  }

  it('frees everything and closes the source when the caller leaves the loop', async () => {
    const { state, rows } = endless();
    for await (const { row } of classifyStream(network, rows, { policy: confidenceThreshold(0.6), batchSize: 3 })) {
      if (row === 4) break;
    }
    expect(state.closed).toBe(true);
    expect(network.liveFeatures).toBe(0);
  });

  it('stops between two stages when its signal fires', async () => {
    const { state, rows } = endless();
    const controller = new AbortController();
    const onStage = ({ stageIndex }: StageEvent) => {
      if (stageIndex === 1) controller.abort('enough');
    };
    const options = { policy: never(), batchSize: 3, signal: controller.signal, onStage };
    await expect(collect(classifyStream(network, rows, options))).rejects.toThrow(AbortedError);
    expect(state.closed).toBe(true);
    expect(network.liveFeatures).toBe(0);
  });

  it('stops while it waits for a row that never comes', async () => {
    const controller = new AbortController();
    async function* silent() {
      yield seededValues(1, width, 1);
      await new Promise(() => {});
    }
    const stream = collect(classifyStream(network, silent(), { policy: never(), signal: controller.signal }));
    setTimeout(() => controller.abort(), 1);
    await expect(stream).rejects.toThrow(AbortedError);
  });

  it.each([
    ['a source that fails', new Error('the camera is gone')],
    ['a row of another length', new Float32Array(3)],
  ])('frees everything after %s', async (_name, bad) => {
    async function* source() {
      for (let row = 0; row < 5; row++) yield seededValues(row, width, 1);
      if (bad instanceof Error) throw bad;
      yield bad;
    }
    const stream = collect(classifyStream(network, source(), { policy: never(), batchSize: 2 }));
    await expect(stream).rejects.toThrow(bad instanceof Error ? 'the camera is gone' : InvalidInputError);
    expect(network.liveFeatures).toBe(0);
  });

  it.each([{ batchSize: 0 }, { batchSize: 1.5 }, { batchSize: 8, maxPending: 7 }, { maxWaitMilliseconds: -1 }])(
    'refuses %o',
    async (limits) => {
      await expect(collect(classifyStream(network, [], { policy: never(), ...limits }))).rejects.toThrow(
        InvalidInputError,
      );
    },
  );
});
