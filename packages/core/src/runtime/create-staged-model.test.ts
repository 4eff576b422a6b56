import { describe, expect, test } from 'vitest';
import { DisposedError, InvalidInputError, UnsupportedModelError } from '../errors/errors.ts';
import { denseInputs } from '../input/input-types.ts';
import { createStagedModel } from './create-staged-model.ts';
import type { StagedModelAdapter } from './staged-model-adapter.ts';

/** Rows as a list of numbers that must be freed once; the adapter notes down what it is asked to do. */
class Rows {
  readonly values: readonly number[];
  isFreed = false;

  constructor(values: readonly number[]) {
    this.values = values;
  }
}

interface Recorded {
  readonly adapter: StagedModelAdapter<Rows>;
  readonly log: string[];
  /** All rows that were ever made. */
  readonly made: Rows[];
}

function recorded(changes: Partial<StagedModelAdapter<Rows>> = {}): Recorded {
  const log: string[] = [];
  const made: Rows[] = [];
  const make = (values: readonly number[]): Rows => {
    const rows = new Rows(values);
    made.push(rows);
    return rows;
  };
  const stage = { network: 0, isFinal: false, segmentMacs: 1, headMacs: 1 };
  const adapter: StagedModelAdapter<Rows> = {
    name: 'recorded',
    classes: 2,
    labels: null,
    inputs: denseInputs([1]),
    backboneMacs: 2,
    supports: { parallelRuns: true, featureMemory: 'device' },
    stages: [
      { ...stage, name: 'first', usesPreviousLogits: false },
      { ...stage, name: 'final', isFinal: true, usesPreviousLogits: true, headMacs: 0 },
    ],
    upload: ({ inputs }) => {
      log.push('upload');
      return make(Array.from(inputs.input!.data, Number));
    },
    async run(stageIndex, { values }, _previousLogits, rows) {
      log.push(`run ${stageIndex}`);
      return { tensors: stageIndex === 1 ? null : make(values), logits: new Float32Array(rows * 2) };
    },
    keep: ({ values }, kept) => {
      log.push('keep');
      return make(Array.from(kept, (row) => values[row] as number));
    },
    concat: (parts) => {
      log.push('concat');
      return make(parts.flatMap(({ tensors }) => tensors.values));
    },
    free: (rows) => {
      if (rows.isFreed) throw new Error('freed twice');
      rows.isFreed = true;
    },
    dispose: async () => {
      log.push('dispose');
    },
    ...changes,
  };
  return { adapter, log, made };
}

const rows = (count: number) => ({ rows: count, data: Float32Array.from({ length: count }, (_, row) => row) });

/** Nothing is held, and everything that was made was freed once. */
function expectAllFreed(model: { readonly liveFeatures: number }, made: readonly Rows[]): void {
  expect(model.liveFeatures).toBe(0);
  expect(made.every(({ isFreed }) => isFreed)).toBe(true);
}

describe('the shell of a staged model', () => {
  test('frees what each call was given, once, and asks for nothing that changes nothing', async () => {
    const { adapter, log, made } = recorded();
    const model = createStagedModel(adapter);
    const all = await model.keepRows(await model.load(rows(3)), Int32Array.of(0, 1, 2));
    const alone = await model.concatRows([all]);
    expect(log).toEqual(['upload']);
    expect(model.liveFeatures).toBe(1);
    const joined = await model.concatRows([await model.keepRows(alone, Int32Array.of(2)), await model.load(rows(2))]);
    const { features } = await model.runStage(0, joined, null);
    expect(features).toMatchObject({ rows: 3, stageIndex: 1 });
    expect((await model.runStage(1, features!, new Float32Array(6))).features).toBeNull();
    expectAllFreed(model, made);
    expect(made.map(({ values }) => values)).toContainEqual([2, 0, 1]);
  });

  test.each<[string, RegExp, Partial<StagedModelAdapter<Rows>>]>([
    ['run', /device lost/, { run: () => Promise.reject(new Error('device lost')) }],
    ['keep', /device lost/, { keep: () => Promise.reject(new Error('device lost')) }],
    ['concat', /device lost/, { concat: () => Promise.reject(new Error('device lost')) }],
  ])('frees what it holds where %s fails', async (_name, message, changes) => {
    const { adapter, made } = recorded(changes);
    const model = createStagedModel(adapter);
    const work = async () => {
      const kept = await model.keepRows(await model.load(rows(3)), Int32Array.of(0));
      const joined = await model.concatRows([kept, await model.load(rows(1))]);
      await model.runStage(0, joined, null);
    };
    await expect(work()).rejects.toThrow(message);
    expectAllFreed(model, made);
  });

  test('refuses what breaks the contract, and frees the features then', async () => {
    const { adapter, log, made } = recorded();
    const model = createStagedModel(adapter);
    const load = () => model.load(rows(2));
    const second = async () => (await model.runStage(0, await load(), null)).features!;
    const refusals: [RegExp, () => Promise<unknown>][] = [
      [/Expected stage 0 of 0\.\.1 .*received 1/, async () => model.runStage(1, await load(), null)],
      [/Expected no logits of the stage before/, async () => model.runStage(0, await load(), new Float32Array(4))],
      [/2 x 2 values, for stage 1 .*received none/, async () => model.runStage(1, await second(), null)],
      [
        /2 x 2 values, for stage 1 .*received 3 values/,
        async () => model.runStage(1, await second(), new Float32Array(3)),
      ],
      [/at least one row to keep/, async () => model.keepRows(await load(), new Int32Array(0))],
      [/received 1 after 1/, async () => model.keepRows(await load(), Int32Array.of(1, 1))],
      [/received 2 after nothing/, async () => model.keepRows(await load(), Int32Array.of(2))],
      [/stage 0; stage 1/, async () => model.concatRows([await load(), await second()])],
      [/one or more sets of rows/, () => model.concatRows([])],
      [/input value/, () => model.load({ rows: 2, data: new Float32Array(3) })],
    ];
    for (const [message, refused] of refusals) {
      await expect(refused()).rejects.toThrow(message);
      await expect(refused()).rejects.toThrow(InvalidInputError);
    }
    expectAllFreed(model, made);
    expect(log.filter((entry) => !['upload', 'run 0'].includes(entry))).toEqual([]);
  });

  test('features are good for one use, with the model that gave them', async () => {
    const { adapter, made } = recorded();
    const model = createStagedModel(adapter);
    const features = await model.load(rows(1));
    const other = createStagedModel(adapter);
    await expect(other.runStage(0, features, null)).rejects.toThrow(/another model/);
    await expect(model.concatRows([features, features])).rejects.toThrow(/consumed or released/);
    model.release(features);
    await expect(model.keepRows(features, Int32Array.of(0))).rejects.toThrow(/consumed or released/);
    expectAllFreed(model, made);
  });

  test('a dispose waits for calls under way; what is held can be released afterwards', async () => {
    let finish = (): void => undefined;
    const running = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { adapter, log, made } = recorded();
    const model = createStagedModel({
      ...adapter,
      run: async (...call) => {
        await running;
        return adapter.run(...call);
      },
    });
    const spare = await model.load(rows(1));
    const run = model.runStage(0, await model.load(rows(1)), null);
    const disposals = [model[Symbol.asyncDispose](), model[Symbol.asyncDispose]()];
    finish();
    model.release((await run).features!);
    await Promise.all(disposals);
    expect(log.filter((entry) => entry === 'dispose')).toHaveLength(1);
    await expect(model.load(rows(1))).rejects.toThrow(DisposedError);
    model.release(spare);
    expectAllFreed(model, made);
  });

  test('says what it supports by what the adapter has', async () => {
    const { adapter } = recorded();
    const { concat: _, ...apart } = adapter;
    expect(createStagedModel(adapter).supports).toMatchObject({ concatRows: true, featureMemory: 'device' });
    const model = createStagedModel(apart);
    expect(model.supports.concatRows).toBe(false);
    await expect(model.concatRows([await model.load(rows(1)), await model.load(rows(1))])).rejects.toThrow(
      /Expected a model that can join rows/,
    );
    expect(model.liveFeatures).toBe(0);
  });

  test('refuses a network whose inputs the runtime cannot take, naming the input', () => {
    const { adapter } = recorded({ inputs: [{ name: 'ids', type: 'int64', rowShape: ['tokens'] }] });
    expect(() => createStagedModel(adapter)).toThrow(UnsupportedModelError);
    expect(() => createStagedModel(adapter)).toThrow(/inputs of type float32.* received int64 for the input "ids"/);
  });
});
