// What a runtime hands to the conformance kit, and what it gets back.

import type { InputBatch } from '../../contract/input.ts';
import type { StagedModel, StagedModelSupport } from '../../contract/staged-model.ts';

/** A runtime under test, with one network to test it on. */
export interface ConformanceSubject {
  /** For the report: `onnxruntime-node, fashion-resnet20`. */
  readonly name: string;
  /** What the models that `create` makes say in `supports`; the kit checks that they do, and branches on it. */
  readonly supports: StagedModelSupport;
  /** At least 8 rows that the ICs do not all answer with the same confidence. */
  readonly input: InputBatch;
  /** Two rows or more with other lengths of the free axes than `input`; left out where the network has no free axis. */
  readonly inputOfOtherLength?: InputBatch;
  /**
   * Makes a fresh model of the same network: at least 3 stages, one of which uses previous logits where the runtime can.
   * The kit disposes it.
   */
  create(): Promise<StagedModel>;
  /** Logits `[rows, classes]` of the uncut network; left out where the runtime cannot run it. */
  wholeLogits?(input: InputBatch): Promise<Float32Array>;
  /** How many sets of features a model holds; left out where the runtime cannot tell. */
  liveFeatures?(model: StagedModel): number;
  /** Default: `conformanceTolerance`. */
  readonly tolerance?: Tolerance;
}

/** Two numbers are close where `|actual - expected| <= absolute + relative * |expected|`. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/**
 * Default tolerance on logits: kernels may choose another order of sums for another number of rows,
 * which moves float32 logits of order 10 by about 1e-5.
 */
export const conformanceTolerance: Tolerance = { absolute: 2e-5, relative: 1e-5 };

/** One promise of the contract, as a check. */
export interface ConformanceCase {
  readonly name: string;
  /** Why the case does not apply to the subject, or null where it does. */
  skip?(subject: ConformanceSubject): string | null;
  /** @throws ConformanceError where the promise is broken; whatever the model throws, where it throws. */
  run(subject: ConformanceSubject): Promise<void>;
}

export type ConformanceOutcome =
  | { readonly name: string; readonly status: 'pass' }
  | { readonly name: string; readonly status: 'skip'; readonly reason: string }
  | { readonly name: string; readonly status: 'fail'; readonly error: unknown };
