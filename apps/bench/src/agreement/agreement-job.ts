import type { BundleNetwork } from '@ztw/bundle';
import type { EnsembleSpecification, InputSpecification } from '@ztw/core';

/** What every runtime is given; JSON-safe. */
export interface AgreementJob {
  /** With a program for every stage. */
  readonly network: BundleNetwork;
  readonly classes: number;
  readonly inputs: readonly InputSpecification[];
  readonly ensemble: EnsembleSpecification | null;
  readonly threshold: number;
}

/** What a runtime answers; JSON-safe. */
export interface Answers {
  /** `[rows]` */
  readonly exits: readonly number[];
  /** `[rows, classes]` */
  readonly probabilities: readonly number[];
  readonly seconds: number;
}
