// The work in progress of a stream: rows that wait before each stage, and results that wait for their turn.

import type { NamedInputBatch } from '../../contract/input.ts';
import { throwIfAborted } from '../../errors/throw-if-aborted.ts';
import type { RowResult } from '../classification.ts';
import { countRows, startRecycling } from '../decide-exit.ts';
import { letEventsIn } from '../let-events-in.ts';
import { type Passage, passExit, type RowsUnderWay } from '../run-exit.ts';
import { InOrder } from './in-order.ts';
import { RowsWaiting } from './rows-waiting.ts';

export class StreamStages<Features> {
  readonly #passage: Passage<Features>;
  readonly #fullBatch: number;
  readonly #signal: AbortSignal | undefined;
  readonly #waiting: readonly RowsWaiting<Features>[];
  readonly #inOrder = new InOrder();
  #rowsAdmitted = 0;

  /** @param fullBatch Rows that need not wait for others. */
  constructor(passage: Passage<Features>, fullBatch: number, signal: AbortSignal | undefined) {
    this.#passage = passage;
    this.#fullBatch = fullBatch;
    this.#signal = signal;
    this.#waiting = passage.model.stages.map(() => new RowsWaiting<Features>());
  }

  /** Number of admitted rows whose results were not yet yielded. */
  get pending(): number {
    return this.#rowsAdmitted - this.#inOrder.nextRow;
  }

  /** Adds rows before the first stage. */
  async admit(input: NamedInputBatch): Promise<void> {
    const { model, method } = this.#passage;
    const cohort = startRecycling(this.#rowsAdmitted, input.rows, model.classes, method);
    const features = await model.load(input);
    this.#rowsAdmitted += input.rows;
    this.#waiting[0]?.add({ features, cohorts: [cohort] });
  }

  /** The deepest stage with a full batch before it; null if there is none. */
  deepestFull(): number | null {
    return stageOrNull(this.#waiting.findLastIndex(({ rows }) => rows >= this.#fullBatch));
  }

  /** The first stage with rows before it, which may join others later; null if no row waits. */
  shallowest(): number | null {
    return stageOrNull(this.#waiting.findIndex(({ rows }) => rows > 0));
  }

  /** The stage that the oldest of all rows waits for. There must be rows pending, and no result due. */
  withOldestRow(): number {
    return this.#waiting.findIndex(({ oldestRow }) => oldestRow === this.#inOrder.nextRow);
  }

  /**
   * Runs all rows that wait before a stage. If enough stay to fill a batch, they run on; otherwise they wait before the
   * next stage.
   * @throws AbortedError between two stages if the signal fires.
   */
  async run(firstStage: number): Promise<void> {
    const { model } = this.#passage;
    let rows: RowsUnderWay<Features> | null = (await this.#waiting[firstStage]?.take(model, firstStage)) ?? null;
    for (let stageIndex = firstStage; rows !== null; stageIndex++) {
      await letEventsIn(this.#signal);
      if (this.#signal?.aborted) model.release(rows.features);
      throwIfAborted(this.#signal, 'classification of the stream');
      const { left, staying }: { left: readonly RowResult[]; staying: RowsUnderWay<Features> | null } = await passExit(
        this.#passage,
        stageIndex,
        rows,
      );
      this.#inOrder.add(left);
      if (staying === null || countRows(staying.cohorts) >= this.#fullBatch) {
        rows = staying;
      } else {
        this.#waiting[stageIndex + 1]?.add(staying);
        rows = null;
      }
    }
  }

  /** Results that can be yielded now, in the order of the stream. */
  results(): Generator<RowResult, void> {
    return this.#inOrder.due();
  }

  /** Frees all rows that wait. */
  release(): void {
    for (const waiting of this.#waiting) waiting.release(this.#passage.model);
  }
}

function stageOrNull(index: number): number | null {
  return index < 0 ? null : index;
}
