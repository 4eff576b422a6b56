// The part of a staged model that a runtime implements. `createStagedModel` adds the rest.

import type { InputSpecification, NamedInputBatch } from '../contract/input.ts';
import type { StageDescription, StagedModel, StagedModelSupport } from '../contract/staged-model.ts';

/** Tensors of some rows that are about to enter a stage. */
export interface AdapterRows<Tensors> {
  readonly tensors: Tensors;
  readonly rows: number;
}

/** What one stage returns. */
export interface AdapterOutput<Tensors> {
  /** For the next stage; null after the last one. */
  readonly tensors: Tensors | null;
  /** `[rows, classes]`, on the host; the caller owns it. */
  readonly logits: Float32Array;
}

/**
 * What a runtime implements. The shell has checked every call: the model is not disposed, inputs fit their
 * specification and are finite, stages exist and are in order, previous logits are given if and only if the stage uses
 * them, and kept rows exist.
 *
 * Tensors are lent: the adapter reads them, and the shell calls `free` with them afterwards, also when the call fails.
 * An adapter that frees tensors during the call, or passes them on, removes them from its argument, so that `free` does
 * not see them.
 */
export interface StagedModelAdapter<Tensors> {
  readonly name: string;
  readonly classes: number;
  /** One name per class; null if the model has none. */
  readonly labels: readonly string[] | null;
  readonly inputs: readonly InputSpecification[];
  /** MACs per row of the full network without any IC. */
  readonly backboneMacs: number;
  readonly stages: readonly StageDescription[];
  /** Without `concatRows`: whether rows can be joined follows from `concat`. */
  readonly supports: Omit<StagedModelSupport, 'concatRows'>;

  /** Loads input rows. The caller owns the arrays, so the adapter copies what it keeps. */
  upload(input: NamedInputBatch): Tensors | Promise<Tensors>;

  /**
   * Runs one stage.
   * @param previousLogits `[rows, classes]`, owned by the caller; null if the stage does not use them.
   */
  run(
    stageIndex: number,
    tensors: Tensors,
    previousLogits: Float32Array | null,
    rows: number,
  ): Promise<AdapterOutput<Tensors>>;

  /**
   * Keeps some of the rows, never all. It may record them and move them later, because the next stage reads them once.
   * @param kept Positions among the rows, ascending, at least one; owned by the caller.
   * @param rows Current number of rows.
   */
  keep(tensors: Tensors, kept: Int32Array, rows: number): Tensors | Promise<Tensors>;

  /**
   * Joins rows that enter one stage, in the given order; at least two parts. Absent if the runtime cannot join rows.
   */
  concat?(parts: readonly AdapterRows<Tensors>[]): Tensors | Promise<Tensors>;

  /** Frees tensors, also after `dispose`. Absent if the garbage collector does so. */
  free?(tensors: Tensors): void;

  /** Frees the model; called once, when no call is in progress. */
  dispose(): Promise<void>;
}

/** Features of a model made by `createStagedModel`: a receipt for tensors that the model holds, valid for one use. */
export interface HeldFeatures {
  readonly rows: number;
  /** The stage that they enter. */
  readonly stageIndex: number;
}

/** A staged model that counts the sets of features that it holds. */
export interface RuntimeModel extends StagedModel<HeldFeatures> {
  /**
   * Sets of features that were neither consumed nor released. It must be 0 when no run is in progress; otherwise
   * features leak.
   */
  readonly liveFeatures: number;
  concatRows(parts: readonly HeldFeatures[]): Promise<HeldFeatures>;
}
