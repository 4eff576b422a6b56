// Reads data files, with errors that say what to do.

import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import { openRegularFile, readRegularFile } from '@ztw/bundle/node';
import { InvalidDataError, InvalidInputError } from '@ztw/core';
import { hasErrorCode } from '../storage/index.ts';
import { arrayBytesLimit, unpackedBytesLimit } from './limits.ts';

const gunzipAll = promisify(gunzip);

/** Number of leading bytes that identify a format: the magic of a tar header is at 257. */
const headBytes = 512;

/** True where the bytes begin like a gzip file. */
function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** True where the bytes begin with the header of a tar entry: its magic, or its checksum in old archives. */
export function isTar(head: Uint8Array): boolean {
  if (head.length < headBytes) return false;
  const text = (start: number, end: number) => String.fromCharCode(...head.subarray(start, end));
  if (text(257, 262) === 'ustar') return true;
  const stored = Number.parseInt(text(148, 156), 8);
  // The checksum counts its own eight bytes as spaces.
  let sum = 8 * 32;
  for (let index = 0; index < headBytes; index++) if (index < 148 || index >= 156) sum += head[index] as number;
  return stored === sum;
}

/** @throws InvalidDataError if there is no file or folder at the path, or it must not be read. */
export async function statPath(path: string): Promise<{ readonly isFolder: boolean; readonly bytes: number }> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) await (await openRegularFile(path)).close();
    return { isFolder: found.isDirectory(), bytes: found.size };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * All bytes of a file, unpacked if it is gzipped.
 * @param maximumBytes Of the file, and of the unpacked bytes. Default: the limit of arrays.
 * @throws InvalidDataError for a larger file, or one that unpacks to a suspicious size.
 */
export async function readFileBytes(path: string, maximumBytes: number = arrayBytesLimit): Promise<Uint8Array> {
  const bytes = await readRawBytes(path, maximumBytes);
  if (!isGzip(bytes)) return bytes;
  const maxOutputLength = Math.min(maximumBytes, unpackedBytesLimit(bytes.length));
  try {
    return await gunzipAll(bytes, { maxOutputLength });
  } catch (error) {
    if (hasErrorCode(error, 'ERR_BUFFER_TOO_LARGE')) throw unpacksTooLarge(path, bytes.length, maxOutputLength);
    throw damagedGzip(path, error);
  }
}

/**
 * All bytes of a file, unchanged.
 * @throws InvalidDataError for anything but a regular file of at most that size.
 */
export async function readRawBytes(path: string, maximumBytes: number = arrayBytesLimit): Promise<Uint8Array> {
  try {
    return await readRegularFile(path, { maximumBytes });
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The first 512 bytes of a file, unpacked if it is gzipped, and whether it was. */
export async function readHead(path: string): Promise<{ readonly head: Uint8Array; readonly gzipped: boolean }> {
  const raw = await readStart(path);
  if (!isGzip(raw)) return { head: raw, gzipped: false };
  const chunks: Uint8Array[] = [];
  let read = 0;
  const source = (await openRegularFile(path)).createReadStream();
  try {
    const unpacked = source.pipe(createGunzip());
    source.on('error', (error) => unpacked.destroy(error));
    for await (const chunk of unpacked as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      read += chunk.length;
      if (read >= headBytes) break;
    }
  } catch (error) {
    throw damagedGzip(path, error);
  } finally {
    source.destroy();
  }
  return { head: Buffer.concat(chunks).subarray(0, headBytes), gzipped: true };
}

async function readStart(path: string): Promise<Uint8Array> {
  try {
    const file = await openRegularFile(path);
    try {
      const buffer = new Uint8Array(headBytes);
      const { bytesRead } = await file.read(buffer, 0, headBytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unpacksTooLarge(path: string, packed: number, limit: number): InvalidDataError {
  return new InvalidDataError(
    `${path} has ${packed} bytes and unpacks to more than ${limit}, unlike real data. If this is intended, unpack it and name the unpacked file.`,
    { path },
  );
}

function damagedGzip(path: string, cause: unknown): InvalidDataError {
  return new InvalidDataError(`${path} is a damaged or incomplete gzip file. Copy or download it again.`, { cause });
}

function unreadable(path: string, cause: unknown): InvalidDataError {
  // Not a regular file, or too large; the message names the path.
  if (InvalidInputError.isInstance(cause)) return new InvalidDataError(`${cause.message}.`, { cause });
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new InvalidDataError(`There is no file or folder ${path}. Check the path.`, { cause });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new InvalidDataError(`Permission to read ${path} was denied. Check its permissions.`, { cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new InvalidDataError(`${path} could not be read: ${reason}`, { cause });
}
