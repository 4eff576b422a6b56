// A chain of networks as one staged model: a small network, then a larger one, each with or without ICs inside.
// The next network starts from the original input; of the networks before, only their logits and predictions are recycled.

import type {
  InputBatch,
  StageDescription,
  StagedModel,
  StagedModelSupport,
  StageOutput,
} from '../contract/staged-model.ts';
import type { RowShape } from '../contract/tensor.ts';
import { DisposedError, InvalidInputError, RuntimeFailureError } from '../errors/errors.ts';
import { rowSize } from '../inference/row-size.ts';
import { joinRows } from '../numeric/join-rows.ts';
import { takeRows } from '../numeric/take-rows.ts';
import { checkChain } from './check-chain.ts';

export interface ChainOptions {
  /** Name of the chain. Default: the networks' names, joined by ` -> `. */
  readonly name?: string;
}

/**
 * Joins networks into one staged model. Only the rows that have not left are loaded into the next network.
 * The cascade may cross the border: where the first stage of a network reads previous logits, they are those of the network before.
 * `backboneMacs` is the last network's.
 * The chain owns its networks: disposing it disposes them.
 * @param models In the order in which rows go through them; each may itself be a chain.
 * @throws InvalidInputError where classes, labels or input shapes differ, or the first stage of the first network reads previous logits.
 */
export function chain(models: readonly StagedModel[], options: ChainOptions = {}): StagedModel {
  return new Chain(checkChain(models), options);
}

/** Input rows that the next network will start from. */
interface WaitingRows {
  readonly input: InputBatch;
  /** Positions in `input` of the rows that have not left; null while none has. */
  readonly kept: Int32Array | null;
}

/** Rows on their way: inside a network, or between two, where no runtime holds anything of them. */
type ChainFeatures =
  | {
      readonly place: 'inside';
      readonly network: StagedModel;
      readonly features: unknown;
      /** null inside the last network. */
      readonly waiting: WaitingRows | null;
    }
  | { readonly place: 'between'; readonly waiting: WaitingRows };

/** A stage of the chain, found in its network. */
interface ChainStage {
  readonly network: StagedModel;
  readonly stageIndex: number;
  readonly isInLastNetwork: boolean;
}

class Chain implements StagedModel<ChainFeatures> {
  readonly specificationVersion = 'v1';
  readonly name: string;
  readonly supports: StagedModelSupport;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  readonly inputShape: RowShape;
  readonly stages: readonly StageDescription[];
  readonly backboneMacs: number;
  readonly #networks: readonly [StagedModel, ...StagedModel[]];
  readonly #chainStages: readonly ChainStage[];
  #disposed = false;

  constructor(networks: readonly [StagedModel, ...StagedModel[]], options: ChainOptions) {
    const [first] = networks;
    const last = networks.at(-1) ?? first;
    this.name = options.name ?? networks.map((network) => network.name).join(' -> ');
    this.supports = {
      parallelRuns: networks.every((network) => network.supports.parallelRuns),
      featureMemory: networks.some((network) => network.supports.featureMemory === 'device') ? 'device' : 'host',
      concatRows: networks.every((network) => network.supports.concatRows === true),
    };
    this.classes = first.classes;
    this.labels = networks.find((network) => network.labels !== null)?.labels ?? null;
    this.inputShape = first.inputShape;
    this.stages = describeStages(networks);
    this.backboneMacs = last.backboneMacs;
    this.#networks = networks;
    this.#chainStages = networks.flatMap((network, position) =>
      network.stages.map((_stage, stageIndex) => {
        return { network, stageIndex, isInLastNetwork: position === networks.length - 1 };
      }),
    );
  }

  async load(input: InputBatch): Promise<ChainFeatures> {
    this.#requireUsable();
    const [network] = this.#networks;
    // A copy: the caller may reuse its memory once the rows are loaded, and the next network wants them later.
    const original = this.#networks.length > 1 ? { rows: input.rows, data: input.data.slice() } : null;
    const features = await network.load(input);
    return { place: 'inside', network, features, waiting: original === null ? null : { input: original, kept: null } };
  }

  async runStage(
    stageIndex: number,
    rows: ChainFeatures,
    previousLogits: Float32Array | null,
  ): Promise<StageOutput<ChainFeatures>> {
    this.#requireUsable();
    const { network, stageIndex: innerStage, isInLastNetwork } = this.#chainStage(stageIndex, rows);
    const features =
      rows.place === 'inside' ? rows.features : await network.load(survivors(rows.waiting, rowSize(this.inputShape)));
    const waiting = isInLastNetwork ? null : rows.waiting;

    const output = await network.runStage(innerStage, features, previousLogits);
    if (output.features !== null) {
      return { logits: output.logits, features: { place: 'inside', network, features: output.features, waiting } };
    }
    return { logits: output.logits, features: waiting === null ? null : { place: 'between', waiting } };
  }

  async keepRows(rows: ChainFeatures, kept: Int32Array): Promise<ChainFeatures> {
    this.#requireUsable();
    if (rows.place === 'between') return { place: 'between', waiting: keepWaiting(rows.waiting, kept) };
    const features = await rows.network.keepRows(rows.features, kept);
    return { ...rows, features, waiting: rows.waiting === null ? null : keepWaiting(rows.waiting, kept) };
  }

  async concatRows(parts: readonly ChainFeatures[]): Promise<ChainFeatures> {
    this.#requireUsable();
    const size = rowSize(this.inputShape);
    const waitings = parts.flatMap(({ waiting }) => (waiting === null ? [] : [waiting]));
    const inside = parts.filter((part) => part.place === 'inside');
    const [first] = inside;
    if (first === undefined) return { place: 'between', waiting: joinWaiting(waitings, size) };
    const { network } = first;
    if (inside.length < parts.length || inside.some((part) => part.network !== network)) {
      for (const part of parts) this.release(part);
      throw new InvalidInputError(`Expected rows that go into one stage of '${this.name}'; received rows of several.`);
    }
    if (network.concatRows === undefined) {
      for (const part of parts) this.release(part);
      throw new InvalidInputError(
        `Network '${network.name}' of '${this.name}' cannot join rows: see its \`supports\`.`,
      );
    }
    const features = await network.concatRows(inside.map((part) => part.features));
    return { ...first, features, waiting: waitings.length === 0 ? null : joinWaiting(waitings, size) };
  }

  release(rows: ChainFeatures): void {
    this.#requireUsable();
    if (rows.place === 'inside') rows.network.release(rows.features);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    const outcomes = await Promise.allSettled(this.#networks.map((network) => network[Symbol.asyncDispose]()));
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure !== undefined) {
      throw new RuntimeFailureError(`A network of the chain '${this.name}' could not be freed.`, {
        cause: failure.reason,
      });
    }
  }

  #requireUsable(): void {
    if (this.#disposed) throw new DisposedError(`The chain '${this.name}' was disposed; load it again to use it.`);
  }

  /** Finds a stage; the rows are freed where there is none, because running a stage consumes them. */
  #chainStage(stageIndex: number, rows: ChainFeatures): ChainStage {
    const stage = this.#chainStages[stageIndex];
    if (stage === undefined) {
      this.release(rows);
      throw new InvalidInputError(`Expected a stage from 0 to ${this.stages.length - 1}; received ${stageIndex}.`);
    }
    return stage;
  }
}

/** All stages in order, numbered by network over the whole chain and named for the network they belong to. */
function describeStages(models: readonly StagedModel[]): readonly StageDescription[] {
  let firstNetwork = 0;
  return models.flatMap((model) => {
    const described = model.stages.map((stage) => {
      return { ...stage, name: `${model.name}/${stage.name}`, network: firstNetwork + stage.network };
    });
    firstNetwork += (model.stages.at(-1)?.network ?? 0) + 1;
    return described;
  });
}

function keepWaiting({ input, kept: earlier }: WaitingRows, kept: Int32Array): WaitingRows {
  return { input, kept: earlier === null ? kept : takeRows(earlier, 1, kept) };
}

/** Copies only what has not left, so that no input is kept for a few of its rows. */
function joinWaiting(waitings: readonly WaitingRows[], size: number): WaitingRows {
  const inputs = waitings.map((waiting) => survivors(waiting, size));
  const rows = inputs.reduce((sum, input) => sum + input.rows, 0);
  return { input: { rows, data: joinRows(inputs.map((input) => input.data)) }, kept: null };
}

/** The original input of the rows that have not left. */
function survivors({ input, kept }: WaitingRows, size: number): InputBatch {
  return kept === null ? input : { rows: kept.length, data: takeRows(input.data, size, kept) };
}
