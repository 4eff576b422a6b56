// What a fuzzing process has done, in a small file that it writes before and after each input. The file survives a crash
// of the process, and the watching process reads it to notice a hang.

import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { type Outcome, outcomes } from '../target.ts';

/** A position in a campaign. */
export interface Position {
  /** Number of the input, over all targets and seeds of the process; -1 before the first. */
  readonly step: number;
  /** Index in the process's list of targets. */
  readonly target: number;
  readonly seed: number;
  readonly index: number;
}

export type Tally = Record<Outcome, number>;

export interface LedgerState {
  readonly position: Position;
  /** Resident bytes when all targets were open, and the most since then. */
  readonly baseBytes: number;
  readonly peakBytes: number;
  /** One per target. */
  readonly tallies: readonly Tally[];
}

const headNumbers = 6;

export function emptyTally(): Tally {
  return { typed: 0, accepted: 0, untyped: 0, silent: 0, hang: 0, crash: 0 };
}

/** The writing side. The file is written in place, so that it always has its full length. */
export class Ledger {
  readonly #file: number;
  readonly #numbers: Float64Array;

  /** @param earlier Counts of an earlier process with the same targets, which go on. */
  constructor(path: string, targets: number, earlier: LedgerState | null) {
    this.#file = openSync(path, 'w');
    this.#numbers = new Float64Array(headNumbers + targets * outcomes.length);
    this.#numbers[0] = -1;
    if (earlier !== null) {
      this.#numbers.set([earlier.baseBytes, earlier.peakBytes], 4);
      earlier.tallies.forEach((tally, target) => {
        this.#numbers.set(
          outcomes.map((outcome) => tally[outcome]),
          headNumbers + target * outcomes.length,
        );
      });
    }
    this.#write();
  }

  begin({ step, target, seed, index }: Position): void {
    this.#numbers.set([step, target, seed, index]);
    this.#write();
  }

  count(target: number, outcome: Outcome): void {
    const at = headNumbers + target * outcomes.length + outcomes.indexOf(outcome);
    this.#numbers[at] = (this.#numbers[at] as number) + 1;
  }

  memory(baseBytes: number, peakBytes: number): void {
    const growth = (this.#numbers[5] as number) - (this.#numbers[4] as number);
    if (peakBytes - baseBytes >= growth) this.#numbers.set([baseBytes, peakBytes], 4);
  }

  close(): void {
    this.#write();
    closeSync(this.#file);
  }

  #write(): void {
    writeSync(this.#file, this.#numbers, 0, this.#numbers.byteLength, 0);
  }
}

/** Reads the ledger of a process; null before it has written one. */
export function readLedger(path: string, targets: number): LedgerState | null {
  const numbers = new Float64Array(headNumbers + targets * outcomes.length);
  try {
    const file = openSync(path, 'r');
    try {
      if (readSync(file, numbers, 0, numbers.byteLength, 0) !== numbers.byteLength) return null;
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
  const [step, target, seed, index, baseBytes, peakBytes] = numbers as unknown as readonly number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    position: { step, target, seed, index },
    baseBytes,
    peakBytes,
    tallies: Array.from({ length: targets }, (_, each) => {
      const counts = numbers.subarray(headNumbers + each * outcomes.length);
      return Object.fromEntries(outcomes.map((outcome, at) => [outcome, counts[at] as number])) as Tally;
    }),
  };
}
