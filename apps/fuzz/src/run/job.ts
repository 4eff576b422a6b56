// What the watching process and the fuzzing process tell each other, all of it in files.

import type { Plan } from './plan.ts';

export interface FuzzJob {
  /** Module that exports `targets`. */
  readonly module: string;
  readonly plan: Plan;
  /** First step of this process. */
  readonly from: number;
  /** Milliseconds since 1970; null: none. */
  readonly deadline: number | null;
  /** Folder of the ledger, of findings, and of the targets' own files. */
  readonly folder: string;
}

/** One defect, as a line of `findings.jsonl`. */
export interface Finding {
  readonly target: string;
  readonly seed: number;
  readonly index: number;
  readonly outcome: string;
  readonly error: string;
}

export const ledgerName = 'ledger';
export const findingsName = 'findings.jsonl';
