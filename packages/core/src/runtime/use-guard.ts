// Makes disposing a resource safe at any time: new calls fail, calls in progress are awaited, and the resource is freed
// once.

import { DisposedError } from '../errors/errors.ts';

export class UseGuard {
  readonly #what: string;
  #callsUnderWay = 0;
  #disposal: Promise<void> | null = null;
  #whenIdle: (() => void) | null = null;

  /** @param what The resource's name for error messages. */
  constructor(what: string) {
    this.#what = what;
  }

  /** @throws DisposedError after `dispose` was called. */
  assertUsable(): void {
    if (this.#disposal !== null) {
      throw new DisposedError(`${this.#what} was used after it was disposed. Load it again.`);
    }
  }

  /**
   * Runs work that needs the resource.
   * @throws DisposedError after `dispose` was called.
   */
  async use<Result>(work: () => Promise<Result>): Promise<Result> {
    this.assertUsable();
    this.#callsUnderWay += 1;
    try {
      return await work();
    } finally {
      this.#callsUnderWay -= 1;
      if (this.#callsUnderWay === 0) {
        this.#whenIdle?.();
      }
    }
  }

  /** Calls `free` once, when no call is in progress. Later calls only wait for the first. */
  dispose(free: () => Promise<void>): Promise<void> {
    this.#disposal ??= this.#idle().then(free);
    return this.#disposal;
  }

  #idle(): Promise<void> {
    if (this.#callsUnderWay === 0) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
    });
  }
}
