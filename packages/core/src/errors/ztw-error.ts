/** Marks every error of this project, so that two copies of a package recognise each other's errors. */
const marker: unique symbol = Symbol.for('ztw.error') as never;

/**
 * The content of an error as fields, for programs. Values are plain data, so that they can be sent to other threads.
 */
export interface ErrorDetails {
  /** What was expected: a value, a list of values, or a short description. */
  readonly expected?: unknown;
  /** What was received: the value, its shape or its type. */
  readonly received?: unknown;
  /** Where it came from: a file, a path inside a bundle or a JSON document, a stage, a node or an option. */
  readonly path?: string;
}

export interface ZtwErrorOptions extends ErrorDetails {
  /** The error that led to this one, or the reason of a signal. */
  readonly cause?: unknown;
}

/**
 * Base of all errors that this project throws on purpose.
 * The message says what was expected, what was received, and what to do. The fields hold the same for programs, if it
 * is known.
 *
 * @example
 * try {
 *   await classify(model, input, options);
 * } catch (error) {
 *   if (InvalidInputError.isInstance(error)) console.log(error.expected, error.received, error.path);
 * }
 */
export class ZtwError extends Error {
  /** A literal in every class, so that it survives minification. */
  override readonly name: string = 'ZtwError';
  /** Stable name of the failure kind, e.g. `ZTW_INVALID_INPUT`. */
  readonly code: string;
  /** What was expected; undefined if only the message says it. */
  readonly expected: unknown;
  /** What was received; undefined if only the message says it. */
  readonly received: unknown;
  /** Where it came from; null if that is not a single place. */
  readonly path: string | null;

  constructor(code: string, message: string, options: ZtwErrorOptions = {}) {
    const { cause, expected, received, path = null } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.expected = expected;
    this.received = received;
    this.path = path;
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
