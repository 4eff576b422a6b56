import type { BundleManifest } from '@ztw/bundle';
import {
  type AnytimeAnswer,
  anytime,
  classify,
  classifyStream,
  DisposedError,
  type Ensemble,
  type ExitPolicy,
  type InputBatch,
  never,
  type OperatingPoint,
  type RowResult,
  type StagedModel,
  type StreamRow,
} from '@ztw/core';
import { exitCosts, throwIfAborted, UseGuard } from '@ztw/core/runtime';
import { type InputTarget, isInputBatch, rowsOfInputs } from '../images/input-rows.ts';
import type { Resize } from '../pixels/fit-pixels.ts';
import { type CallOptions, checkCallOptions, checkSingleInput, checkStream, defaultTop } from './call-options.ts';
import { choosePolicy } from './choose-policy.ts';
import type { Classifier, ClassifierInput, ClassifierStage, StreamOptions } from './classifier.ts';
import { DeviceTimes } from './device-times.ts';
import { explainResult } from './explain.ts';
import { untilAborted, untilDeadline } from './punctual.ts';
import { type ClassifierResult, type RefinedResult, resultOf } from './result.ts';

export interface LoadedClassifierContent {
  readonly manifest: BundleManifest;
  readonly model: StagedModel;
  /** One per stage: when it can run. */
  readonly arrivals: readonly Promise<void>[];
  readonly ensemble: Ensemble;
  readonly target: InputTarget;
  readonly resize: Resize | undefined;
  /** Ends the loading. */
  readonly stop: AbortController;
}

/** Inputs of a list that are prepared and run together. It limits memory. */
const inputsAtOnce = 64;

const streamDefaults = { batchSize: 16, maxWaitMilliseconds: 20 };

export class LoadedClassifier implements Classifier {
  readonly manifest: BundleManifest;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  readonly stages: readonly ClassifierStage[];
  readonly operatingPoints: readonly OperatingPoint[];
  readonly ready: Promise<void>;
  /** Resolves when the first stage can run. */
  readonly firstStage: Promise<void>;
  readonly #content: LoadedClassifierContent;
  readonly #times: DeviceTimes;
  readonly #guard = new UseGuard('The classifier');
  readonly #hasArrived: boolean[];

  constructor(content: LoadedClassifierContent) {
    const { manifest, model, arrivals } = content;
    const costs = exitCosts(model);
    this.manifest = manifest;
    this.classes = model.classes;
    this.labels = model.labels;
    this.stages = model.stages.map(({ name }, exit) => ({ name, cost: (costs[exit] ?? 0) / model.backboneMacs }));
    this.operatingPoints = manifest.operatingPoints;
    this.#content = content;
    this.#hasArrived = arrivals.map(() => false);
    this.firstStage = arrivals[0] ?? Promise.resolve();
    this.ready = Promise.all(arrivals).then(() => undefined);
    // A caller who never asks for it must not get an unhandled rejection. Calls that need the stage fail as well.
    this.ready.catch(() => undefined);
    for (const [stage, arrival] of arrivals.entries()) {
      arrival.then(
        () => {
          this.#hasArrived[stage] = true;
        },
        () => undefined,
      );
    }
    this.#times = new DeviceTimes(model, this.ready);
  }

  get stagesLoaded(): number {
    const missing = this.#hasArrived.indexOf(false);
    return missing < 0 ? this.#hasArrived.length : missing;
  }

  classify(input: ClassifierInput, options?: CallOptions): Promise<ClassifierResult>;
  classify(inputs: readonly ClassifierInput[] | InputBatch, options?: CallOptions): Promise<ClassifierResult[]>;
  classify(
    input: ClassifierInput | readonly ClassifierInput[] | InputBatch,
    options: CallOptions = {},
  ): Promise<ClassifierResult | ClassifierResult[]> {
    const start = performance.now();
    return this.#guard.use(async () => {
      checkCallOptions(options);
      const many = Array.isArray(input) || isInputBatch(input);
      const results: ClassifierResult[] = [];
      for await (const batch of this.#batches(input, options)) {
        throwIfAborted(options.signal, 'classification');
        const rows = await this.#run(batch, options, start);
        const milliseconds = performance.now() - start;
        const top = options.top ?? defaultTop;
        for (const row of rows) results.push(resultOf(this.#content.model, row, top, milliseconds));
      }
      return many ? results : (results[0] as ClassifierResult);
    });
  }

  async *refine(input: ClassifierInput, options: CallOptions = {}): AsyncGenerator<RefinedResult, void, undefined> {
    const start = performance.now();
    this.#guard.assertUsable();
    checkCallOptions(options);
    checkSingleInput(input);
    const { model } = this.#content;
    const [batch, policy] = await Promise.all([this.#rows([input], null, options), this.#policy(options, 1)]);
    let state = policy.init(1);
    let isEnough = false;
    for await (const { stageIndex, results, isFinal } of this.#answers(batch, never(), options, start)) {
      const row = results[0] as RowResult;
      if (!isEnough) {
        const { classes, stages } = model;
        const { probabilities } = row;
        const vote = policy.update(state, {
          exitIndex: stageIndex,
          exitCount: stages.length,
          rows: 1,
          classes,
          probabilities,
        });
        state = vote.state;
        isEnough = isFinal || vote.exits[0] !== 0;
      }
      const result = resultOf(model, row, options.top ?? defaultTop, performance.now() - start);
      yield { ...result, isFinal, isEnough };
    }
  }

  async *stream(
    inputs: AsyncIterable<ClassifierInput | StreamRow> | Iterable<ClassifierInput | StreamRow>,
    options: StreamOptions = {},
  ): AsyncGenerator<ClassifierResult, void, undefined> {
    this.#guard.assertUsable();
    checkStream(inputs, options);
    const { model, ensemble } = this.#content;
    const { batchSize, maxWaitMilliseconds } = { ...streamDefaults, ...options };
    const policy = await this.#policy(options, batchSize);
    const starts = new Map<number, number>();
    const results = classifyStream(model, this.#streamRows(inputs, options, starts), {
      policy,
      ensemble,
      batchSize,
      maxWaitMilliseconds,
      ...(options.signal && { signal: options.signal }),
    });
    for await (const row of results) {
      const milliseconds = performance.now() - (starts.get(row.row) ?? 0);
      starts.delete(row.row);
      yield resultOf(model, row, options.top ?? defaultTop, milliseconds);
    }
  }

  explain(result: ClassifierResult): string {
    return explainResult(result);
  }

  dispose(): Promise<void> {
    const { model, stop } = this.#content;
    // Calls that wait for a stage would wait for ever.
    stop.abort(new DisposedError('The classifier was disposed before all of its stages had arrived.'));
    return this.#guard.dispose(() => model[Symbol.asyncDispose]());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** The inputs of a call, in batches that run together. */
  async *#batches(
    input: ClassifierInput | readonly ClassifierInput[] | InputBatch,
    options: CallOptions,
  ): AsyncGenerator<InputBatch, void, undefined> {
    if (isInputBatch(input)) {
      yield input;
    } else if (!Array.isArray(input)) {
      yield await this.#rows([input], null, options);
    } else {
      for (let start = 0; start < input.length; start += inputsAtOnce) {
        yield await this.#rows(input.slice(start, start + inputsAtOnce), start, options);
      }
    }
  }

  #rows(inputs: readonly unknown[], firstNumber: number | null, { resize }: CallOptions): Promise<InputBatch> {
    return rowsOfInputs(inputs, firstNumber, this.#content.target, resize ?? this.#content.resize);
  }

  async *#streamRows(
    inputs: AsyncIterable<unknown> | Iterable<unknown>,
    { resize = this.#content.resize }: StreamOptions,
    starts: Map<number, number>,
  ): AsyncGenerator<StreamRow, void, undefined> {
    let number = 0;
    for await (const input of inputs) {
      starts.set(number, performance.now());
      const isRow = input instanceof Float32Array || isNamedRow(input);
      if (isRow) yield input as StreamRow;
      else yield (await rowsOfInputs([input], number, this.#content.target, resize)).data;
      number++;
    }
  }

  async #run(batch: InputBatch, options: CallOptions, start: number): Promise<readonly RowResult[]> {
    const { model, ensemble } = this.#content;
    const { signal, maxMilliseconds } = options;
    const policy = await this.#policy(options, batch.rows);
    if (maxMilliseconds === undefined || batch.rows === 0) {
      const call = classify(model, batch, { policy, ensemble, ...(signal && { signal }) });
      return (await untilAborted(call, signal)).results;
    }
    let results: readonly RowResult[] = [];
    for await (const answer of this.#answers(batch, policy, options, start)) results = answer.results;
    return results;
  }

  /** The answers after each stage, until the deadline of the call. */
  #answers(
    batch: InputBatch,
    policy: ExitPolicy,
    { signal, maxMilliseconds = Number.POSITIVE_INFINITY }: CallOptions,
    start: number,
  ): AsyncGenerator<AnytimeAnswer, void, undefined> {
    const { model, ensemble } = this.#content;
    const answers = anytime(model, batch, { policy, ensemble, ...(signal && { signal }) });
    return untilDeadline(answers, start + maxMilliseconds, signal);
  }

  #policy(options: CallOptions, rows: number): Promise<ExitPolicy> {
    return choosePolicy(
      options,
      {
        operatingPoints: this.operatingPoints,
        stageNames: this.stages.map(({ name }) => name),
        profileFor: (count) => this.#times.profileFor(count),
      },
      rows,
    );
  }
}

/** A row of several inputs by their names, as opposed to pixels. */
function isNamedRow(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false;
  const tensors = Object.values(value);
  return (
    tensors.length > 0 && tensors.every((tensor) => (tensor as { rowShape?: unknown } | null)?.rowShape !== undefined)
  );
}
