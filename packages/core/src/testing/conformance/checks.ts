// Assertions without a test framework: the kit also runs in browsers and workers.

import { ZtwError } from '../../errors/ztw-error.ts';
import type { Tolerance } from './conformance-subject.ts';

/** A runtime violates the contract. */
export class ConformanceError extends ZtwError {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super('ZTW_CONFORMANCE', message, options);
  }
}

/** @throws ConformanceError with the message if the condition is false. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ConformanceError(message);
}

/**
 * @param what Name of the compared values, for the message.
 * @throws ConformanceError if the lengths differ, or two values differ by more than the tolerance.
 */
export function checkClose(actual: Float32Array, expected: Float32Array, tolerance: Tolerance, what: string): void {
  check(actual.length === expected.length, `${what}: expected ${expected.length} values, received ${actual.length}.`);
  for (const [index, value] of actual.entries()) {
    const reference = expected[index] as number;
    const allowed = tolerance.absolute + tolerance.relative * Math.abs(reference);
    // The negation also catches NaN.
    if (!(Math.abs(value - reference) <= allowed)) {
      throw new ConformanceError(
        `${what}: expected ${reference} at position ${index}, received ${value}; they may differ by ${allowed}.`,
      );
    }
  }
}

/**
 * @param isExpected Recognises the error class, `DisposedError.isInstance` for example.
 * @throws ConformanceError if the action succeeds, or fails with another error.
 */
export async function checkRejects(
  action: () => Promise<unknown>,
  isExpected: (error: unknown) => boolean,
  what: string,
): Promise<void> {
  let outcome: unknown;
  try {
    await action();
  } catch (error) {
    if (isExpected(error)) return;
    outcome = error;
  }
  throw new ConformanceError(
    outcome === undefined ? `${what}: expected an error, but it succeeded.` : `${what}: another error came: ${outcome}`,
    { cause: outcome },
  );
}
