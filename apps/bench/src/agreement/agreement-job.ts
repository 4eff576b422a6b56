import type { BundleNetwork } from '@ztw/bundle';
import type { EnsembleSpecification, InputSpecification } from '@ztw/core';

/** The input of every runtime, in plain JSON. */
export interface AgreementJob {
  /** Has a program for every stage. */
  readonly network: BundleNetwork;
  readonly classes: number;
  readonly inputs: readonly InputSpecification[];
  readonly ensemble: EnsembleSpecification | null;
  readonly threshold: number;
}

/** The answers of a runtime, in plain JSON. */
export interface Answers {
  /** `[rows]` */
  readonly exits: readonly number[];
  /** `[rows, classes]` */
  readonly probabilities: readonly number[];
  readonly seconds: number;
}
