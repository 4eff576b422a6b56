// The stream's rows, read in batches: waits for a slow source only as long as it is told to.

import type { InputBatch } from '../../contract/staged-model.ts';
import type { RowShape } from '../../contract/tensor.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { throwIfAborted } from '../../errors/throw-if-aborted.ts';
import { checkFloat32 } from '../check-input.ts';
import { rowSize } from '../row-size.ts';

/** Rows in order, each `[...inputShape]`, flattened. */
export type RowStream = AsyncIterable<Float32Array> | Iterable<Float32Array>;

export interface RowSourceOptions {
  readonly inputShape: RowShape;
  /** How long to wait for the rows of one read; null for as long as it takes. */
  readonly maxWaitMilliseconds: number | null;
  readonly signal: AbortSignal | undefined;
}

export class RowSource {
  readonly #iterator: AsyncIterator<Float32Array> | Iterator<Float32Array>;
  readonly #options: RowSourceOptions;
  readonly #size: number;
  /** The row that is on its way, whose wait an earlier read gave up. */
  #pending: Promise<IteratorResult<Float32Array>> | null = null;
  #rowsRead = 0;
  #ended = false;

  constructor(rows: RowStream, options: RowSourceOptions) {
    this.#iterator = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
    this.#options = options;
    this.#size = rowSize(options.inputShape);
  }

  /** Whether the source has no more rows. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Reads `count` rows, or those that come in time.
   * @param waits When the wait begins: at once, or with the first row, where nothing else is to be done before it comes.
   * @returns null where no row came: in time, or ever.
   * @throws InvalidInputError for a row of another length; AbortedError where the signal fires; whatever the source throws.
   */
  async read(count: number, waits: 'from-now' | 'from-first-row'): Promise<InputBatch | null> {
    const { maxWaitMilliseconds } = this.#options;
    const size = this.#size;
    const data = new Float32Array(count * size);
    let rows = 0;
    let started = waits === 'from-now' ? performance.now() : null;
    while (rows < count && !this.#ended) {
      const deadline = started === null || maxWaitMilliseconds === null ? null : started + maxWaitMilliseconds;
      const next = await this.#next(deadline);
      if (next === null) break;
      started ??= performance.now();
      if (next.done === true) this.#ended = true;
      // A copy: a source may fill one buffer again and again.
      else data.set(this.#checked(next.value, this.#rowsRead++), size * rows++);
    }
    return rows === 0 ? null : { rows, data: data.subarray(0, rows * size) };
  }

  /** Tells the source that no more rows are wanted. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const closing = Promise.resolve(this.#iterator.return?.());
    // A generator answers only once the row that it is working on has come, which may be never.
    if (this.#pending === null) await closing;
    else closing.catch(() => undefined);
  }

  /** The next row; null where it is late. A row that is late stays on its way to the next read. */
  async #next(deadline: number | null): Promise<IteratorResult<Float32Array> | null> {
    const { signal } = this.#options;
    throwIfAborted(signal, work);
    this.#pending ??= Promise.resolve(this.#iterator.next());
    const next = await firstOf(
      this.#pending,
      deadline === null ? null : Math.max(0, deadline - performance.now()),
      signal,
    );
    throwIfAborted(signal, work);
    if (next !== null) this.#pending = null;
    return next;
  }

  #checked(row: Float32Array, position: number): Float32Array {
    checkFloat32(row, `the values of row ${position}`);
    if (row.length === this.#size) return row;
    throw new InvalidInputError(
      `Expected ${this.#size} values, [${this.#options.inputShape.join(', ')}], in each row of the stream; ` +
        `received ${row.length} in row ${position}.`,
    );
  }
}

const work = 'classification of the stream';

/** What comes first: the value, or null after the longest wait or when the signal fires. */
function firstOf<Value>(
  value: Promise<Value>,
  waitMilliseconds: number | null,
  signal: AbortSignal | undefined,
): Promise<Value | null> {
  if (waitMilliseconds === null && signal === undefined) return value;
  return new Promise((resolve, reject) => {
    const giveUp = () => settle(() => resolve(null));
    const timer = waitMilliseconds === null ? null : setTimeout(giveUp, waitMilliseconds);
    const settle = (outcome: () => void) => {
      if (timer !== null) clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      outcome();
    };
    signal?.addEventListener('abort', giveUp);
    value.then(
      (result) => settle(() => resolve(result)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}
