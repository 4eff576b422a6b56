// Rows that wait for others before a stage. Small parts wait until together they fill a batch; a full part never waits.

import type { StagedModel } from '../../contract/staged-model.ts';
import { countRows } from '../decide-exit.ts';
import { type RowsUnderWay, requireFeatures } from '../run-exit.ts';

/** The rows that wait before one stage: fewer than one batch, whatever the stream brings. */
export class RowsWaiting<Features> {
  #parts: RowsUnderWay<Features>[] = [];
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  /** Position in the stream of the oldest row; infinite where none waits. */
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

  /** Takes all rows out as one batch; null where none waits. */
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
