import { hasCode, ZtwError, type ZtwErrorOptions } from './ztw-error.ts';

/** A value, shape or argument from the caller does not fit. */
export class InvalidInputError extends ZtwError {
  override readonly name: string = 'InvalidInputError';

  constructor(message: string, options?: ZtwErrorOptions) {
    super('ZTW_INVALID_INPUT', message, options);
  }
  static override isInstance(error: unknown): error is InvalidInputError {
    return hasCode(error, 'ZTW_INVALID_INPUT');
  }
}

/** A model file, graph or layer list that cannot be read or is not valid. */
export class InvalidModelError extends ZtwError {
  override readonly name: string = 'InvalidModelError';

  constructor(message: string, options?: ZtwErrorOptions) {
    super('ZTW_INVALID_MODEL', message, options);
  }
  static override isInstance(error: unknown): error is InvalidModelError {
    return hasCode(error, 'ZTW_INVALID_MODEL');
  }
}

/** A valid model that this project cannot handle; the message names the node or property and why. */
export class UnsupportedModelError extends ZtwError {
  override readonly name: string = 'UnsupportedModelError';

  constructor(message: string, options?: ZtwErrorOptions) {
    super('ZTW_UNSUPPORTED_MODEL', message, options);
  }
  static override isInstance(error: unknown): error is UnsupportedModelError {
    return hasCode(error, 'ZTW_UNSUPPORTED_MODEL');
  }
}

/**
 * A valid exit policy that this way of running a network does not support; the message names the policy and a way that
 * does.
 */
export class UnsupportedPolicyError extends ZtwError {
  override readonly name: string = 'UnsupportedPolicyError';

  constructor(message: string, options?: ZtwErrorOptions) {
    super('ZTW_UNSUPPORTED_POLICY', message, options);
  }
  static override isInstance(error: unknown): error is UnsupportedPolicyError {
    return hasCode(error, 'ZTW_UNSUPPORTED_POLICY');
  }
}

/** A bundle that is damaged, incomplete, of an unknown version, or names a path outside itself. */
export class InvalidBundleError extends ZtwError {
  override readonly name: string = 'InvalidBundleError';

  constructor(message: string, options?: ZtwErrorOptions) {
    super('ZTW_INVALID_BUNDLE', message, options);
  }
  static override isInstance(error: unknown): error is InvalidBundleError {
    return hasCode(error, 'ZTW_INVALID_BUNDLE');
  }
}

/** A data set or image that cannot be read, is empty, or does not fit the model. */
export class InvalidDataError extends ZtwError {
  override readonly name: string = 'InvalidDataError';

  constructor(message: string, options?: ZtwErrorOptions) {
    super('ZTW_INVALID_DATA', message, options);
  }
  static override isInstance(error: unknown): error is InvalidDataError {
    return hasCode(error, 'ZTW_INVALID_DATA');
  }
}

/** Bytes could not be written or read back: a full disk, missing permissions, a deleted file. */
export class StorageError extends ZtwError {
  override readonly name: string = 'StorageError';

  constructor(message: string, options?: ZtwErrorOptions) {
    super('ZTW_STORAGE', message, options);
  }
  static override isInstance(error: unknown): error is StorageError {
    return hasCode(error, 'ZTW_STORAGE');
  }
}

/** A runtime failed; `cause` holds its own error. */
export class RuntimeFailureError extends ZtwError {
  override readonly name: string = 'RuntimeFailureError';

  constructor(message: string, options?: ZtwErrorOptions) {
    super('ZTW_RUNTIME_FAILURE', message, options);
  }
  static override isInstance(error: unknown): error is RuntimeFailureError {
    return hasCode(error, 'ZTW_RUNTIME_FAILURE');
  }
}

/** A model was used after it was disposed. */
export class DisposedError extends ZtwError {
  override readonly name: string = 'DisposedError';

  constructor(message: string, options?: ZtwErrorOptions) {
    super('ZTW_DISPOSED', message, options);
  }
  static override isInstance(error: unknown): error is DisposedError {
    return hasCode(error, 'ZTW_DISPOSED');
  }
}

/**
 * The caller's AbortSignal fired; results finished before are kept.
 * Its name is `AbortError`, like that of the platform's own aborts.
 */
export class AbortedError extends ZtwError {
  override readonly name: string = 'AbortError';

  constructor(message: string, options?: ZtwErrorOptions) {
    super('ZTW_ABORTED', message, options);
  }
  /** The signal's reason. */
  get reason(): unknown {
    return this.cause;
  }
  static override isInstance(error: unknown): error is AbortedError {
    return hasCode(error, 'ZTW_ABORTED');
  }
}
