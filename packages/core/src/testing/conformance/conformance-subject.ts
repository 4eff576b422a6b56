// What a runtime passes to the conformance kit, and what the kit returns.

import type { InputBatch } from '../../contract/input.ts';
import type { StagedModel, StagedModelSupport } from '../../contract/staged-model.ts';

/** A runtime under test, with one network to test it on. */
export interface ConformanceSubject {
  /** For the report: `onnxruntime-node, fashion-resnet20`. */
  readonly name: string;
  /** The `supports` of the models that `create` makes. The kit checks that it is the same, and branches on it. */
  readonly supports: StagedModelSupport;
  /** At least 8 rows that the ICs do not all answer with the same confidence. */
  readonly input: InputBatch;
  /** Two or more rows whose free axes have other lengths than in `input`; absent if the network has no free axis. */
  readonly inputOfOtherLength?: InputBatch;
  /**
   * Makes a fresh model of the same network: at least 3 stages, one of which uses previous logits if the runtime can.
   * The kit disposes it.
   */
  create(): Promise<StagedModel>;
  /** Logits `[rows, classes]` of the uncut network; absent if the runtime cannot run it. */
  wholeLogits?(input: InputBatch): Promise<Float32Array>;
  /** Number of sets of features that a model holds; absent if the runtime cannot count them. */
  liveFeatures?(model: StagedModel): number;
  /** Default: `conformanceTolerance`. */
  readonly tolerance?: Tolerance;
}

/** Two numbers are close if `|actual - expected| <= absolute + relative * |expected|`. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/**
 * Default tolerance on logits. Kernels may sum in another order for another number of rows, which changes float32
 * logits of order 10 by about 1e-5.
 */
export const conformanceTolerance: Tolerance = { absolute: 2e-5, relative: 1e-5 };

/** A check of one requirement of the contract. */
export interface ConformanceCase {
  readonly name: string;
  /** Why the case does not apply to the subject; null if it does. */
  skip?(subject: ConformanceSubject): string | null;
  /** @throws ConformanceError where the promise is broken; whatever the model throws, where it throws. */
  run(subject: ConformanceSubject): Promise<void>;
}

export type ConformanceOutcome =
  | { readonly name: string; readonly status: 'pass' }
  | { readonly name: string; readonly status: 'skip'; readonly reason: string }
  | { readonly name: string; readonly status: 'fail'; readonly error: unknown };
