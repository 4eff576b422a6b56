import type { RowResult } from '../classification.ts';

/** Returns results in the order of the stream, whatever the order in which they arrive. */
export class InOrder {
  readonly #results = new Map<number, RowResult>();
  #nextRow = 0;

  /** Position in the stream of the row whose result is due. */
  get nextRow(): number {
    return this.#nextRow;
  }

  add(results: readonly RowResult[]): void {
    for (const result of results) this.#results.set(result.row, result);
  }

  /** Results that are due, until one is missing. */
  *due(): Generator<RowResult, void> {
    for (let result = this.#results.get(this.#nextRow); result; result = this.#results.get(this.#nextRow)) {
      this.#results.delete(this.#nextRow);
      this.#nextRow += 1;
      yield result;
    }
  }
}
