// The rows of the stream, read in batches. The wait for a slow source is limited.

import type { InputSpecification, InputTensor, NamedInputBatch } from '../../contract/input.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { throwIfAborted } from '../../errors/throw-if-aborted.ts';
import { namedInput } from '../../input/check-input.ts';
import { sliceInput } from '../../input/input-rows.ts';
import { arrayLike } from '../../numeric/rows.ts';

/** One row: the values of the single dense input, or the values and row shape of each input by its name. */
export type StreamRow = Float32Array | NamedRow;

type NamedRow = Readonly<Record<string, InputTensor>>;

/** Rows in order. Free axes have the same lengths in all of them. */
export type RowStream = AsyncIterable<StreamRow> | Iterable<StreamRow>;

export interface RowSourceOptions {
  readonly inputs: readonly InputSpecification[];
  /** How long to wait for the rows of one read; null for no limit. */
  readonly maxWaitMilliseconds: number | null;
  readonly signal: AbortSignal | undefined;
}

export class RowSource {
  readonly #iterator: AsyncIterator<StreamRow> | Iterator<StreamRow>;
  readonly #options: RowSourceOptions;
  /** The pending row that an earlier read stopped waiting for. */
  #pending: Promise<IteratorResult<StreamRow>> | null = null;
  #rowsRead = 0;
  /** The first row; the free axes of all others must have its lengths. */
  #first: NamedInputBatch | null = null;
  #ended = false;

  constructor(rows: RowStream, options: RowSourceOptions) {
    this.#iterator = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
    this.#options = options;
  }

  /** Whether the source has no more rows. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Reads `count` rows, or those that arrive in time.
   * @param waits When the waiting time starts: now, or with the first row, if there is nothing else to do until it
   *   arrives.
   * @returns null if no row arrived in time, or the source has ended.
   * @throws InvalidInputError for a row that does not fit the inputs, or whose free axes have other lengths than those
   *   of the first row; AbortedError if the signal fires; whatever the source throws.
   */
  async read(count: number, waits: 'from-now' | 'from-first-row'): Promise<NamedInputBatch | null> {
    const { maxWaitMilliseconds } = this.#options;
    let batch: NamedInputBatch | null = null;
    let rows = 0;
    let started = waits === 'from-now' ? performance.now() : null;
    while (rows < count && !this.#ended) {
      const deadline = started === null || maxWaitMilliseconds === null ? null : started + maxWaitMilliseconds;
      const next = await this.#next(deadline);
      if (next === null) break;
      started ??= performance.now();
      if (next.done === true) this.#ended = true;
      else {
        const row = this.#checked(next.value, this.#rowsRead++);
        batch ??= emptyBatch(row, count);
        // A copy: a source may fill one buffer again and again.
        copyRow(row, batch, rows++);
      }
    }
    return batch === null ? null : sliceInput(batch, 0, rows);
  }

  /** Tells the source that no more rows are needed. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const closing = Promise.resolve(this.#iterator.return?.());
    // A generator returns only after the row that it is working on, which may never arrive.
    if (this.#pending === null) await closing;
    else closing.catch(() => undefined);
  }

  /** The next row; null if it is late. A late row goes to the next read. */
  async #next(deadline: number | null): Promise<IteratorResult<StreamRow> | null> {
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

  #checked(row: StreamRow, position: number): NamedInputBatch {
    const named = this.#named(row, position);
    this.#first ??= named;
    for (const [name, { rowShape }] of Object.entries(named.inputs)) {
      const expected = this.#first.inputs[name]?.rowShape ?? [];
      if (rowShape.some((length, axis) => length !== expected[axis])) {
        throw new InvalidInputError(
          `Expected the input "${name}" to be [${expected.join(', ')}] in each row of the stream, as in its first; received ` +
            `[${rowShape.join(', ')}] in row ${position}. Pad the rows to one length, or make a stream for each length.`,
          { expected, received: rowShape, path: name },
        );
      }
    }
    return named;
  }

  #named(row: StreamRow, position: number): NamedInputBatch {
    const isNamed = Object.prototype.toString.call(row) === '[object Object]';
    const batch = isNamed ? { rows: 1, inputs: row as NamedRow } : { rows: 1, data: row as Float32Array };
    try {
      return namedInput(batch, this.#options.inputs);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new InvalidInputError(
        `Expected a row of all inputs at position ${position} of the stream; received another value. ${reason}`,
        {
          cause,
          path: `row ${position}`,
        },
      );
    }
  }
}

/** Room for `rows` rows like the given one. */
function emptyBatch(row: NamedInputBatch, rows: number): NamedInputBatch {
  const inputs = Object.entries(row.inputs).map(([name, { data, rowShape }]): [string, InputTensor] => {
    return [name, { data: arrayLike(data, rows * data.length), rowShape }];
  });
  return { rows, inputs: Object.fromEntries(inputs) };
}

function copyRow(row: NamedInputBatch, batch: NamedInputBatch, position: number): void {
  for (const [name, { data }] of Object.entries(row.inputs)) {
    const target = batch.inputs[name] as InputTensor;
    // The cast to one array type is safe, because whole values are moved.
    (target.data as Float32Array).set(data as Float32Array, position * data.length);
  }
}

const work = 'classification of the stream';

/** The value, or null if the waiting time ends or the signal fires first. */
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
