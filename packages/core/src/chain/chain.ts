// A chain of networks as one staged model: a small network, then a larger one, each with or without ICs inside.
// The next network starts from the original input. Of the earlier networks, only logits and predictions are recycled.

import type { NamedInputBatch } from '../contract/input.ts';
import type { StageDescription, StagedModel } from '../contract/staged-model.ts';
import { RuntimeFailureError } from '../errors/errors.ts';
import { copyInput, joinInputs, takeInputRows } from '../input/input-rows.ts';
import { inputTypes } from '../input/input-types.ts';
import { takeRows } from '../numeric/rows.ts';
import { createStagedModel } from '../runtime/create-staged-model.ts';
import type { StagedModelAdapter } from '../runtime/staged-model-adapter.ts';
import { checkChain } from './check-chain.ts';

export interface ChainOptions {
  /** Name of the chain. Default: the networks' names, joined by ` -> `. */
  readonly name?: string;
}

/** Input rows from which the next network will start. */
interface WaitingRows {
  readonly input: NamedInputBatch;
  /** Positions in `input` of the rows that have not left; null while none has. */
  readonly kept: Int32Array | null;
}

/** Rows in progress: inside a network, or between two networks, where no runtime holds them. */
type ChainRows =
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
}

/**
 * Joins networks into one staged model. Only the rows that have not left are loaded into the next network.
 * The cascade may cross from one network to the next: if the first stage of a network reads previous logits, it gets
 * those of the network before. `backboneMacs` is the last network's.
 * The chain owns its networks: disposing it disposes them.
 * @param models In the order in which rows pass through them; each may itself be a chain.
 * @throws InvalidInputError where classes, labels or inputs differ, or the first stage of the first network reads
 *   previous logits.
 */
export function chain(models: readonly StagedModel[], options: ChainOptions = {}): StagedModel {
  const networks = checkChain(models);
  return createStagedModel(chainAdapter(networks, options.name ?? networks.map(({ name }) => name).join(' -> ')));
}

function chainAdapter(networks: readonly [StagedModel, ...StagedModel[]], name: string): StagedModelAdapter<ChainRows> {
  const [first] = networks;
  const last = networks.at(-1) ?? first;
  const stages = networks.flatMap((network) =>
    network.stages.map((_stage, stageIndex): ChainStage => ({ network, stageIndex })),
  );
  const adapter: StagedModelAdapter<ChainRows> = {
    name,
    classes: first.classes,
    labels: networks.find(({ labels }) => labels !== null)?.labels ?? null,
    inputs: first.inputs,
    backboneMacs: last.backboneMacs,
    stages: describeStages(networks),
    supports: {
      parallelRuns: networks.every(({ supports }) => supports.parallelRuns),
      featureMemory: networks.some(({ supports }) => supports.featureMemory === 'device') ? 'device' : 'host',
      inputTypes: inputTypes.filter((type) =>
        networks.every(({ supports }) => (supports.inputTypes ?? ['float32']).includes(type)),
      ),
    },

    async upload(input) {
      // A copy: the caller may reuse its memory once the rows are loaded, and the next network reads them later.
      const waiting = networks.length > 1 ? { input: copyInput(input), kept: null } : null;
      return { place: 'inside', network: first, features: await first.load(input), waiting };
    },

    async run(chainStage, rows, previousLogits) {
      const { network, stageIndex } = stages[chainStage] as ChainStage;
      const features =
        rows.place === 'inside' ? rows.features : await network.load(inputOf(survivors(rows.waiting), network));
      const waiting = network === last ? null : rows.waiting;
      const { features: next, logits } = await network.runStage(stageIndex, features, previousLogits);
      if (next !== null) return { logits, tensors: { place: 'inside', network, features: next, waiting } };
      return { logits, tensors: waiting === null ? null : { place: 'between', waiting } };
    },

    async keep(rows, kept) {
      if (rows.place === 'between') return { place: 'between', waiting: keepWaiting(rows.waiting, kept) };
      const { network, waiting } = rows;
      const features = await network.keepRows(rows.features, kept);
      return { place: 'inside', network, features, waiting: waiting === null ? null : keepWaiting(waiting, kept) };
    },

    free(rows) {
      if (rows.place === 'inside') rows.network.release(rows.features);
    },

    async dispose() {
      const outcomes = await Promise.allSettled(networks.map((network) => network[Symbol.asyncDispose]()));
      const failure = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failure !== undefined) {
        throw new RuntimeFailureError(`A network of the chain '${name}' could not be freed.`, {
          cause: failure.reason,
        });
      }
    },
  };
  return networks.every(({ supports }) => supports.concatRows === true) ? { ...adapter, concat } : adapter;
}

/** All parts enter one stage, so all are in one network or between the same two. */
async function concat(parts: readonly { readonly tensors: ChainRows }[]): Promise<ChainRows> {
  const rows = parts.map(({ tensors }) => tensors);
  const waitings = rows.flatMap(({ waiting }) => (waiting === null ? [] : [waiting]));
  const [firstWaiting, ...otherWaitings] = waitings.map(survivors);
  // Only the remaining rows are copied, so that a few rows do not keep a whole input alive.
  const waiting =
    firstWaiting === undefined ? null : { input: joinInputs([firstWaiting, ...otherWaitings]), kept: null };
  const inside = rows.filter((part) => part.place === 'inside');
  const network = inside[0]?.network;
  const features = await network?.concatRows?.(inside.map((part) => part.features));
  if (network !== undefined && features !== undefined) return { place: 'inside', network, features, waiting };
  if (waiting === null) throw new RuntimeFailureError('internal: rows between two networks have no input.');
  return { place: 'between', waiting };
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
  return { input, kept: earlier === null ? kept.slice() : takeRows(earlier, 1, kept) };
}

/** The original input of the rows that have not left. */
function survivors({ input, kept }: WaitingRows): NamedInputBatch {
  return kept === null ? input : takeInputRows(input, kept);
}

/** A single input may have another name in each network. */
function inputOf(input: NamedInputBatch, { inputs: [only, ...others] }: StagedModel): NamedInputBatch {
  const [tensor] = Object.values(input.inputs);
  if (only === undefined || tensor === undefined || others.length > 0) return input;
  return { rows: input.rows, inputs: { [only.name]: tensor } };
}
