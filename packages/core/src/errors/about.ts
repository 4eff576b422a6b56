import { errorClassOf } from './packed-error.ts';
import { ZtwError } from './ztw-error.ts';

/**
 * Runs work on one file or folder, and prefixes the message of a ZTW error with its name.
 * The error keeps its class.
 */
export async function about<T>(subject: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!ZtwError.isInstance(error)) throw error;
    throw new (errorClassOf(error.code))(`${subject}: ${error.message}`, {
      cause: error,
      expected: error.expected,
      received: error.received,
      path: error.path ?? subject,
    });
  }
}
