// Errors as plain data, for messages between threads. Classes, codes, fields and causes are kept.

import {
  AbortedError,
  DisposedError,
  InvalidBundleError,
  InvalidDataError,
  InvalidInputError,
  InvalidModelError,
  RuntimeFailureError,
  StorageError,
  UnsupportedModelError,
  UnsupportedPolicyError,
} from './errors.ts';
import { type ErrorDetails, ZtwError, type ZtwErrorOptions } from './ztw-error.ts';

/** An error as plain data. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  /** The code of a ZtwError; null for any other error. */
  readonly code: string | null;
  readonly stack: string | null;
  readonly cause: PackedError | null;
  /** Those fields of a ZtwError that are plain data. */
  readonly details: ErrorDetails;
}

type ErrorClass = new (message: string, options?: ZtwErrorOptions) => ZtwError;

const errorClasses: readonly ErrorClass[] = [
  AbortedError,
  DisposedError,
  InvalidBundleError,
  InvalidDataError,
  InvalidInputError,
  InvalidModelError,
  RuntimeFailureError,
  StorageError,
  UnsupportedModelError,
  UnsupportedPolicyError,
];

/** Deeper causes are left out, because an error may be its own cause. */
export const maximumDepth = 8;

/** @param error Any thrown value; a value that is not an error becomes one with its text as message. */
export function packError(error: unknown): PackedError {
  return packToDepth(error, maximumDepth);
}

/** The error that was packed, with its class, code, stack and causes. */
export function unpackError(packed: PackedError): Error {
  const { name, message, code, stack, cause, details } = packed;
  const options = cause === null ? {} : { cause: unpackError(cause) };
  const error =
    code === null ? new Error(message, options) : new (errorClassOf(code))(message, { ...details, ...options });
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name });
  if (stack !== null) error.stack = stack;
  return error;
}

function packToDepth(error: unknown, depth: number): PackedError {
  if (!(error instanceof Error)) {
    return { name: 'Error', message: String(error), code: null, stack: null, cause: null, details: {} };
  }
  return {
    name: error.name,
    message: error.message,
    code: ZtwError.isInstance(error) ? error.code : null,
    stack: error.stack ?? null,
    cause: error.cause === undefined || depth === 0 ? null : packToDepth(error.cause, depth - 1),
    details: ZtwError.isInstance(error) ? plainDetails(error) : {},
  };
}

/** The fields of an error that a message can carry. */
function plainDetails({ expected, received, path }: ZtwError): ErrorDetails {
  try {
    return structuredClone({ expected, received, ...(path === null ? {} : { path }) });
  } catch {
    return path === null ? {} : { path };
  }
}

/** The class that makes errors of a code; for an unknown code, a plain ZtwError with that code. */
export function errorClassOf(code: string): ErrorClass {
  const known = errorClasses.find((errorClass) => new errorClass('').code === code);
  return (
    known ??
    class extends ZtwError {
      constructor(message: string, options?: ZtwErrorOptions) {
        super(code, message, options);
      }
    }
  );
}
