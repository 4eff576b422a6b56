// Rows that wait before a stage. Small parts wait until they fill a batch together; a full part does not wait.

import type { StagedModel } from '../../contract/staged-model.ts';
import { countRows } from '../decide-exit.ts';
import { type RowsUnderWay, requireFeatures } from '../run-exit.ts';

/** The rows that wait before one stage: always fewer than one batch. */
export class RowsWaiting<Features> {
  #parts: RowsUnderWay<Features>[] = [];
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  /** Position in the stream of the oldest row; infinite if no row waits. */
  get oldestRow(): number {
    return this.#parts.reduce(
      (oldest, { cohorts }) => cohorts.reduce((row, cohort) => Math.min(row, cohort.rowNumbers[0] ?? row), oldest),
      Number.POSITIVE_INFINITY,
    );
  }

  add(part: RowsUnderWay<Features>): void {
    this.#parts.push(part);
    this.#rows += countRows(part.cohorts);
  }

  /** Removes all rows and returns them as one batch; null if no row waits. */
  async take(model: StagedModel<Features>, stageIndex: number): Promise<RowsUnderWay<Features> | null> {
    const parts = this.#parts;
    this.#parts = [];
    this.#rows = 0;
    const [first, ...others] = parts;
    if (first === undefined || others.length === 0) return first ?? null;
    const features = await model.concatRows?.(parts.map((part) => part.features));
    return {
      features: requireFeatures(features ?? null, stageIndex),
      cohorts: parts.flatMap((part) => part.cohorts),
    };
  }

  /** Frees all rows. */
  release(model: StagedModel<Features>): void {
    for (const part of this.#parts) model.release(part.features);
    this.#parts = [];
    this.#rows = 0;
  }
}
