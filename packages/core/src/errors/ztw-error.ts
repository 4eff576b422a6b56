/** Marks every error of this project, so that copies of a package recognise each other's. */
const marker: unique symbol = Symbol.for('ztw.error') as never;

/**
 * Base of all errors that this project throws on purpose.
 * The message says what was expected, what was received, and what to do.
 */
export class ZtwError extends Error {
  /** Stable name of the failure kind, e.g. `ZTW_INVALID_INPUT`. */
  readonly code: string;

  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    Object.defineProperty(this, marker, { value: true });
  }

  /** True for an error of this class from any copy of the package. */
  static isInstance(error: unknown): error is ZtwError {
    return error instanceof Error && marker in error;
  }
}

/** True for a ZTW error of the given kind, from any copy of the package. */
export function hasCode(error: unknown, code: string): boolean {
  return ZtwError.isInstance(error) && error.code === code;
}
