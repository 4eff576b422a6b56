import type { InputBatch, InputSpecification } from '../contract/input.ts';
import type { StageDescription, StagedModelSupport, StageOutput } from '../contract/staged-model.ts';
import { InvalidInputError, UnsupportedModelError } from '../errors/errors.ts';
import { checkInputBatch, freeAxisLengths } from '../input/check-input.ts';
import type { HeldFeatures, RuntimeModel, StagedModelAdapter } from './staged-model-adapter.ts';
import { UseGuard } from './use-guard.ts';

interface HeldRows<Tensors> {
  /** null after they were passed on to other features. */
  tensors: Tensors | null;
  readonly rows: number;
  readonly stageIndex: number;
  /** Free axes and their lengths, for comparison and messages: `tokens=12`. */
  readonly lengths: string;
}

export class StagedModelShell<Tensors> implements RuntimeModel {
  readonly specificationVersion = 'v2';
  readonly name: string;
  readonly supports: StagedModelSupport;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  readonly inputs: readonly InputSpecification[];
  readonly stages: readonly StageDescription[];
  readonly backboneMacs: number;
  readonly #adapter: StagedModelAdapter<Tensors>;
  readonly #guard: UseGuard;
  /** The rows behind each receipt, until it is used. Receipts that the caller dropped are not kept alive. */
  readonly #held = new WeakMap<HeldFeatures, HeldRows<Tensors>>();
  #live = 0;

  constructor(adapter: StagedModelAdapter<Tensors>) {
    const { inputTypes = ['float32'] } = adapter.supports;
    const other = adapter.inputs.find(({ type }) => !inputTypes.includes(type));
    if (other !== undefined) {
      throw new UnsupportedModelError(
        `Expected inputs of type ${inputTypes.join(', ')}, which this runtime takes; received ${other.type} for the input "${other.name}" of "${adapter.name}".`,
        { expected: inputTypes, received: other.type, path: other.name },
      );
    }
    this.name = adapter.name;
    this.supports = { ...adapter.supports, concatRows: adapter.concat !== undefined };
    this.classes = adapter.classes;
    this.labels = adapter.labels;
    this.inputs = adapter.inputs;
    this.stages = adapter.stages;
    this.backboneMacs = adapter.backboneMacs;
    this.#adapter = adapter;
    this.#guard = new UseGuard(`The model "${adapter.name}"`);
  }

  get liveFeatures(): number {
    return this.#live;
  }

  load(input: InputBatch): Promise<HeldFeatures> {
    return this.#guard.use(async () => {
      const named = checkInputBatch(input, this.inputs);
      const lengths = Array.from(freeAxisLengths(named, this.inputs), (axis) => axis.join('=')).join(', ');
      return this.#hold({ tensors: await this.#adapter.upload(named), rows: named.rows, stageIndex: 0, lengths });
    });
  }

  runStage(
    stageIndex: number,
    features: HeldFeatures,
    previousLogits: Float32Array | null,
  ): Promise<StageOutput<HeldFeatures>> {
    return this.#consumeOne(features, async (held) => {
      const { tensors, rows } = held;
      this.#checkStage(stageIndex, held.stageIndex);
      this.#checkPreviousLogits(stageIndex, rows, previousLogits);
      const output = await this.#adapter.run(stageIndex, tensors, previousLogits, rows);
      const next = { ...held, tensors: output.tensors, stageIndex: stageIndex + 1 };
      if (output.tensors === null) return { logits: output.logits, features: null };
      return { logits: output.logits, features: this.#hold(next) };
    });
  }

  keepRows(features: HeldFeatures, kept: Int32Array): Promise<HeldFeatures> {
    return this.#consumeOne(features, async (held) => {
      checkKeptRows(kept, held.rows);
      if (kept.length === held.rows) return this.#handOn(held);
      return this.#hold({
        ...held,
        tensors: await this.#adapter.keep(held.tensors, kept, held.rows),
        rows: kept.length,
      });
    });
  }

  concatRows(parts: readonly HeldFeatures[]): Promise<HeldFeatures> {
    return this.#consume(parts, async (all) => {
      const [first, ...others] = all;
      const differs = ({ stageIndex, lengths }: HeldRows<Tensors>): boolean =>
        stageIndex !== first?.stageIndex || lengths !== first.lengths;
      if (first === undefined || others.some(differs)) {
        const places = all.map(({ stageIndex, lengths }) => `stage ${stageIndex}${lengths && ` with ${lengths}`}`);
        throw new InvalidInputError(
          'Expected one or more sets of rows for concatRows that enter the same stage with the same lengths of free axes; ' +
            `received [${places.join('; ')}].`,
          { received: places },
        );
      }
      if (others.length === 0) return this.#handOn(first);
      if (this.#adapter.concat === undefined) {
        throw new InvalidInputError(
          `Expected a model that can join rows; "${this.name}" cannot. Check \`supports.concatRows\` first.`,
        );
      }
      const tensors = await this.#adapter.concat(all);
      return this.#hold({ ...first, tensors, rows: all.reduce((sum, { rows }) => sum + rows, 0) });
    });
  }

  release(features: HeldFeatures): void {
    const held = this.#take(features);
    if (held !== undefined) this.#free(held);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#guard.dispose(() => this.#adapter.dispose());
  }

  /**
   * Consumes features for some work. Afterwards frees the tensors that the work has not passed on, also if it fails.
   */
  async #consume<Result>(
    all: readonly HeldFeatures[],
    work: (rows: readonly Usable<Tensors>[]) => Promise<Result>,
  ): Promise<Result> {
    const taken = all.map((features) => this.#take(features));
    try {
      return await this.#guard.use(async () => {
        const rows = taken.filter(isUsable);
        if (rows.length < all.length) {
          throw new InvalidInputError(
            'Expected features of this model that are still valid; received features that were consumed or released, or belong to another model. ' +
              'Use those that the last runStage or keepRows returned.',
          );
        }
        return work(rows);
      });
    } finally {
      for (const held of taken) if (held !== undefined) this.#free(held);
    }
  }

  #consumeOne<Result>(features: HeldFeatures, work: (rows: Usable<Tensors>) => Promise<Result>): Promise<Result> {
    return this.#consume([features], ([held]) => work(held as Usable<Tensors>));
  }

  #hold(rows: HeldRows<Tensors>): HeldFeatures {
    const features: HeldFeatures = { rows: rows.rows, stageIndex: rows.stageIndex };
    this.#held.set(features, rows);
    this.#live += 1;
    return features;
  }

  #handOn(rows: HeldRows<Tensors>): HeldFeatures {
    const features = this.#hold({ ...rows });
    rows.tensors = null;
    return features;
  }

  #take(features: HeldFeatures): HeldRows<Tensors> | undefined {
    const held = this.#held.get(features);
    if (this.#held.delete(features)) this.#live -= 1;
    return held;
  }

  #free({ tensors }: HeldRows<Tensors>): void {
    if (tensors !== null) this.#adapter.free?.(tensors);
  }

  #checkStage(stageIndex: number, expectedStage: number): void {
    if (stageIndex === expectedStage && stageIndex < this.stages.length) return;
    throw new InvalidInputError(
      `Expected stage ${expectedStage} of 0..${this.stages.length - 1} for these features; received ${stageIndex}.`,
      { expected: expectedStage, received: stageIndex, path: 'stageIndex' },
    );
  }

  #checkPreviousLogits(stageIndex: number, rows: number, previousLogits: Float32Array | null): void {
    const { name, usesPreviousLogits } = this.stages[stageIndex] as StageDescription;
    const received = previousLogits === null ? 'none' : `${previousLogits.length} values`;
    if (!usesPreviousLogits && previousLogits !== null) {
      throw new InvalidInputError(
        `Expected no logits of the stage before (previous_logits) for stage ${stageIndex} ("${name}"); received ${received}. Pass null.`,
        { expected: 'none', received, path: 'previousLogits' },
      );
    }
    if (usesPreviousLogits && previousLogits?.length !== rows * this.classes) {
      throw new InvalidInputError(
        `Expected the logits of the stage before (previous_logits), ${rows} x ${this.classes} values, for stage ${stageIndex} ("${name}"); received ${received}.`,
        { expected: `${rows * this.classes} values`, received, path: 'previousLogits' },
      );
    }
  }
}

type Usable<Tensors> = HeldRows<Tensors> & { readonly tensors: Tensors };

function isUsable<Tensors>(held: HeldRows<Tensors> | undefined): held is Usable<Tensors> {
  return held !== undefined;
}

/** @throws InvalidInputError unless `kept` names existing rows in ascending order, at least one. */
function checkKeptRows(kept: Int32Array, rows: number): void {
  if (kept.length === 0) {
    throw new InvalidInputError(
      'Expected at least one row to keep in keepRows; received none. Release the features when no row stays.',
      {
        expected: 'at least one row',
        received: 0,
        path: 'kept',
      },
    );
  }
  let previous = -1;
  for (const row of kept) {
    if (row <= previous || row >= rows) {
      throw new InvalidInputError(
        `Expected ascending row numbers below ${rows} in keepRows; received ${row} after ${previous === -1 ? 'nothing' : previous}.`,
        { expected: `${previous + 1} to ${rows - 1}`, received: row, path: 'kept' },
      );
    }
    previous = row;
  }
}
