// What a runtime writes of a staged model, and what it gets: `createStagedModel` makes the rest.

import type { InputSpecification, NamedInputBatch } from '../contract/input.ts';
import type { StageDescription, StagedModel, StagedModelSupport } from '../contract/staged-model.ts';

/** Tensors of some rows, on their way into a stage. */
export interface AdapterRows<Tensors> {
  readonly tensors: Tensors;
  readonly rows: number;
}

/** What one stage gives back. */
export interface AdapterOutput<Tensors> {
  /** For the next stage; null after the last one. */
  readonly tensors: Tensors | null;
  /** `[rows, classes]`, on the host; the caller's from now on. */
  readonly logits: Float32Array;
}

/**
 * What a runtime writes. All calls have been checked: the model is not disposed, inputs fit their specification and are finite, stages
 * exist and follow one another, previous logits are there where they are used and nowhere else, and kept rows exist.
 *
 * Tensors are lent: an adapter reads what it is given, and the shell calls `free` with it afterwards, also when the call fails. An
 * adapter that frees tensors earlier, during the call, or hands them on, takes them out of what it was given, so that `free` finds nothing.
 */
export interface StagedModelAdapter<Tensors> {
  readonly name: string;
  readonly classes: number;
  /** One name per class, or null where the model carries none. */
  readonly labels: readonly string[] | null;
  readonly inputs: readonly InputSpecification[];
  /** MACs per row of the full network without any IC. */
  readonly backboneMacs: number;
  readonly stages: readonly StageDescription[];
  /** Whether rows can be joined follows from `concat`. */
  readonly supports: Omit<StagedModelSupport, 'concatRows'>;

  /** Takes input rows over. The arrays stay the caller's: what is kept of them is copied. */
  upload(input: NamedInputBatch): Tensors | Promise<Tensors>;

  /**
   * Runs one stage.
   * @param previousLogits `[rows, classes]`, the caller's; null where the stage does not use them.
   */
  run(
    stageIndex: number,
    tensors: Tensors,
    previousLogits: Float32Array | null,
    rows: number,
  ): Promise<AdapterOutput<Tensors>>;

  /**
   * Keeps some of the rows, never all. It may note them down and move them later: the next stage reads them once.
   * @param kept Positions among the rows, ascending, at least one; the caller's.
   * @param rows How many there are now.
   */
  keep(tensors: Tensors, kept: Int32Array, rows: number): Tensors | Promise<Tensors>;

  /**
   * Joins rows that go into one stage, in the given order; at least two parts. Left out where the runtime cannot join rows.
   */
  concat?(parts: readonly AdapterRows<Tensors>[]): Tensors | Promise<Tensors>;

  /** Frees tensors, also after `dispose`. Left out where the garbage collector does so. */
  free?(tensors: Tensors): void;

  /** Frees the model; called once, when no call is under way. */
  dispose(): Promise<void>;
}

/** Features that a model made by `createStagedModel` gives out: a receipt for tensors that the model holds, good for one use. */
export interface HeldFeatures {
  readonly rows: number;
  /** The stage that they go into. */
  readonly stageIndex: number;
}

/** A staged model that can tell how many sets of features it holds. */
export interface RuntimeModel extends StagedModel<HeldFeatures> {
  /** Sets of features that were given out and neither consumed nor released: 0 when no run is under way, or something leaks. */
  readonly liveFeatures: number;
  concatRows(parts: readonly HeldFeatures[]): Promise<HeldFeatures>;
}
