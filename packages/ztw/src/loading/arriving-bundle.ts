// A bundle whose files are under way: from its source or a cache, checked, in the order in which they are needed.

import {
  type BundleFile,
  type BundleManifest,
  type BundleStage,
  checkBundleFile,
  openBundle,
  type StageForm,
  sha256,
  stageFiles,
} from '@ztw/bundle';
import { AbortedError, InvalidBundleError } from '@ztw/core';
import { Downloads } from './downloads.ts';
import { aborted } from './fetch-bytes.ts';
import type { FileCache } from './file-cache.ts';
import type { FileSource } from './file-source.ts';

/** How far the loading is. */
export interface LoadingProgress {
  /** Bytes that have arrived, of the files that the runtime needs. */
  readonly loadedBytes: number;
  readonly totalBytes: number;
  /** The stage that the last bytes belong to, from 0, over all networks of a chain. */
  readonly stage: number;
}

export interface ArrivingBundleOptions {
  readonly source: FileSource;
  /** null for none. */
  readonly cache: FileCache | null;
  /** Whether hashes are checked. */
  readonly integrity: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: ((progress: LoadingProgress) => void) | undefined;
}

export interface ArrivingBundle {
  readonly manifest: BundleManifest;
  /** Bytes of a file that the manifest lists. Files arrive in the order of these calls, those of the first stage first. */
  file(path: string): Promise<Uint8Array>;
}

/**
 * Opens the manifest of a bundle, and prepares the arrival of its other files.
 * @param reads The form in which the runtime reads stages.
 * @param gate What must arrive before the second stage, beside the first.
 * @throws InvalidBundleError for a manifest that is missing or not valid; AbortedError where the signal fires.
 */
export async function openArrivingBundle(
  options: ArrivingBundleOptions,
  reads: () => Promise<StageForm>,
  gate: Promise<unknown>,
): Promise<ArrivingBundle> {
  const { signal } = options;
  throwIfAborted(signal);
  const [{ manifest }, form] = await Promise.all([
    openBundle(() => readManifest(options), { integrity: options.integrity }),
    reads(),
  ]);
  const listed = new Map(manifest.files.map((file) => [file.path, file]));
  const stages = manifest.networks.flatMap((network) => network.stages);
  const downloads = new Downloads({
    fetchFile: (path, onBytes) => readChecked(options, listedFile(listed, path), onBytes),
    sizes: new Map(manifest.files.map(({ path, bytes }) => [path, bytes])),
    first: new Set(stages.slice(0, 1).flatMap((stage) => stageFiles(stage, form))),
    gate,
    onBytes: progressOf(stages, form, listed, options.onProgress),
  });
  return { manifest, file: (path) => downloads.read(path) };
}

function listedFile(listed: ReadonlyMap<string, BundleFile>, path: string): BundleFile {
  const file = listed.get(path);
  if (file === undefined) throw new InvalidBundleError(`${path}: the manifest does not list this file.`, { path });
  return file;
}

/** The manifest from its source. Where that cannot be reached, the one that was stored last. */
async function readManifest({ source, cache, signal }: ArrivingBundleOptions): Promise<Uint8Array> {
  const key = cache === null ? '' : `manifest-${await sha256(new TextEncoder().encode(source.name))}`;
  try {
    const bytes = await source.read('manifest.json', { signal });
    await cache?.put(key, bytes);
    return bytes;
  } catch (error) {
    if (signal.aborted) throw aborted(signal);
    const stored = isUnreachable(error) ? ((await cache?.get(key)) ?? null) : null;
    if (stored === null) throw error;
    return stored;
  }
}

/** A request without any answer, as opposed to one that was refused. */
function isUnreachable(error: unknown): boolean {
  return InvalidBundleError.isInstance(error) && error.received === undefined && error.cause !== undefined;
}

/** A file from the cache or its source, checked. */
async function readChecked(
  { source, cache, integrity, signal }: ArrivingBundleOptions,
  file: BundleFile,
  onBytes: (bytes: number) => void,
): Promise<Uint8Array> {
  throwIfAborted(signal);
  const stored = (await cache?.get(file.sha256)) ?? null;
  if (stored !== null) {
    if (await fits(file, stored, integrity)) {
      onBytes(stored.length);
      return stored;
    }
    await cache?.delete(file.sha256);
  }
  const bytes = await readFromSource(source, file, onBytes, signal, false);
  if (source.isRemote && !(await fits(file, bytes, integrity))) {
    // A browser or a server between may hold the file of another release.
    onBytes(-bytes.length);
    const again = await readFromSource(source, file, onBytes, signal, true);
    await checkBundleFile(file, again, { integrity });
    await cache?.put(file.sha256, again);
    return again;
  }
  await checkBundleFile(file, bytes, { integrity });
  await cache?.put(file.sha256, bytes);
  return bytes;
}

async function readFromSource(
  source: FileSource,
  { path, bytes: expectedBytes }: BundleFile,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
  afresh: boolean,
): Promise<Uint8Array> {
  try {
    const bytes = await source.read(path, { expectedBytes, onBytes, signal, afresh });
    throwIfAborted(signal);
    return bytes;
  } catch (cause) {
    if (signal.aborted) throw aborted(signal);
    if (InvalidBundleError.isInstance(cause) || AbortedError.isInstance(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidBundleError(`${path}: the file is missing or cannot be read (${reason}).`, { cause, path });
  }
}

async function fits(file: BundleFile, bytes: Uint8Array, integrity: boolean): Promise<boolean> {
  try {
    await checkBundleFile(file, bytes, { integrity });
    return true;
  } catch (error) {
    if (InvalidBundleError.isInstance(error)) return false;
    throw error;
  }
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw aborted(signal);
}

/** Counts the bytes of the files that the runtime needs. */
function progressOf(
  stages: readonly BundleStage[],
  form: StageForm,
  listed: ReadonlyMap<string, BundleFile>,
  report: ((progress: LoadingProgress) => void) | undefined,
): (path: string, bytes: number) => void {
  const stageOf = new Map<string, number>();
  for (const [stage, description] of stages.entries()) {
    for (const path of stageFiles(description, form)) if (!stageOf.has(path)) stageOf.set(path, stage);
  }
  const totalBytes = Array.from(stageOf.keys()).reduce((sum, path) => sum + (listed.get(path)?.bytes ?? 0), 0);
  let loadedBytes = 0;
  return (path, bytes) => {
    loadedBytes += bytes;
    report?.({ loadedBytes: Math.max(0, loadedBytes), totalBytes, stage: stageOf.get(path) ?? 0 });
  };
}
