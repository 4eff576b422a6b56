// One request, with progress. Requests that fail for a passing reason are made again.

import { AbortedError, InvalidBundleError } from '@ztw/core';
import type { ReadFileOptions } from './file-source.ts';

export interface FetchedBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly response: Response;
}

/** Waits before the second and third attempt, in milliseconds. */
const pauses = [250, 1000];

/**
 * Fetches an address.
 * @param headers Sent with the request.
 * @param maximumBytes Of a longer answer, no more is read than shows that it is longer.
 * @throws InvalidBundleError for an answer other than success, and after the third failure of the connection;
 *   AbortedError where the signal fires.
 */
export async function fetchBytes(
  url: URL,
  { onBytes, signal, afresh = false }: ReadFileOptions,
  headers: Readonly<Record<string, string>> = {},
  maximumBytes: number = Number.POSITIVE_INFINITY,
): Promise<FetchedBytes> {
  const request: RequestInit = { headers, cache: afresh ? 'reload' : 'default', ...(signal && { signal }) };
  for (let attempt = 0; ; attempt++) {
    let arrived = 0;
    const count = (bytes: number): void => {
      arrived += bytes;
      onBytes?.(bytes);
    };
    try {
      const response = await fetch(url, request);
      if (response.ok) return { bytes: await bodyOf(response, count, maximumBytes), response };
      if (attempt >= pauses.length || !isPassing(response.status)) throw refused(url, response);
    } catch (cause) {
      if (signal?.aborted) throw aborted(signal);
      if (InvalidBundleError.isInstance(cause)) throw cause;
      if (attempt >= pauses.length) throw unreachable(url, cause);
    }
    // What arrived will arrive again.
    onBytes?.(-arrived);
    await pause(pauses[attempt] ?? 0, signal);
  }
}

async function bodyOf(
  response: Response,
  count: (bytes: number) => void,
  maximumBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (response.body === null) return new Uint8Array(await response.arrayBuffer());
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    length += part.value.length;
    // Its size will not fit, and it may have no end.
    if (length > maximumBytes) {
      await reader.cancel();
      break;
    }
    count(part.value.length);
  }
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return only;
  const bytes = new Uint8Array(length);
  let start = 0;
  for (const part of parts) {
    bytes.set(part, start);
    start += part.length;
  }
  return bytes;
}

/** The server may answer later. */
function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function refused(url: URL, { status, statusText }: Response): InvalidBundleError {
  return new InvalidBundleError(
    `Expected a file at ${url.href}; the server answered ${`${status} ${statusText}`.trim()}. Check the address of the bundle.`,
    { expected: 200, received: status, path: url.href },
  );
}

function unreachable(url: URL, cause: unknown): InvalidBundleError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new InvalidBundleError(
    `Expected a file at ${url.href}; the request failed (${reason}). Check the connection, and that the server allows requests of this page (CORS).`,
    { cause, path: url.href },
  );
}

export function aborted(signal: AbortSignal): AbortedError {
  return new AbortedError('The loading of the classifier was stopped by its AbortSignal.', { cause: signal.reason });
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(aborted(signal as AbortSignal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
