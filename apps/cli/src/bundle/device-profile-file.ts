// Device profiles in files, and how a device is called in them. A bundle's own lie beside its files, in `profiles/`: one per device,
// outside the manifest, because they say something of a device and not of the bundle.

import { join } from 'node:path';
import { type DeviceProfile, InvalidInputError, parseDeviceProfile } from '@ztw/core';
import { about, parseJson } from '@ztw/core/runtime';
import { describeMachine } from '../runtime/machine.ts';
import type { LoadedRuntime } from '../runtime/onnx-runtime.ts';
import { profileBytesLimit } from '../storage/file-limits.ts';
import { hasErrorCode, writeOutputFile } from '../storage/index.ts';
import { readBytes } from '../storage/read-bytes.ts';

/** @throws InvalidInputError for a file that is missing or no profile. */
export async function readDeviceProfile(path: string): Promise<DeviceProfile> {
  let json: unknown;
  try {
    json = parseJson(await readBytes(path, profileBytesLimit), (reason) => new InvalidInputError(reason));
  } catch (cause) {
    throw new InvalidInputError(
      `cannot read the device profile ${path} (${(cause as Error).message}). Make one: ztw bench BUNDLE --profile ${path}`,
      { cause },
    );
  }
  return about(path, async () => parseDeviceProfile(json));
}

/**
 * What stages cost, by a file or else by the profile of this device that lies beside the bundle.
 * @param folder Of the bundle.
 * @param path Null: none was given.
 * @returns null where nobody measured this device.
 * @throws InvalidInputError for a file that was given and is missing, or that is no profile.
 */
export async function findDeviceProfile(
  folder: string,
  path: string | null,
  runtime: LoadedRuntime,
): Promise<DeviceProfile | null> {
  try {
    return await readDeviceProfile(path ?? storedProfilePath(folder, runtime));
  } catch (error) {
    if (path === null && hasErrorCode((error as Error).cause, 'ENOENT')) return null;
    throw error;
  }
}

/** Where the profile of this device lies, or would lie, beside a bundle. */
export function storedProfilePath(folder: string, runtime: LoadedRuntime): string {
  return join(folder, storedProfileName({ device: deviceName(runtime) }));
}

/** The same inside the bundle's folder, for a profile at hand. */
export function storedProfileName({ device = 'unknown' }: Pick<DeviceProfile, 'device'>): string {
  return `profiles/${device
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/^-|-$/g, '')}.json`;
}

/**
 * Writes a profile, whole or not at all, in place of an earlier one. Batch sizes that only the earlier one has are kept where it is of
 * the same stages and device.
 * @throws StorageError where it cannot be written.
 */
export async function writeDeviceProfile(path: string, profile: DeviceProfile): Promise<void> {
  const earlier = await readDeviceProfile(path).catch(() => null);
  await writeOutputFile(path, profileBytes(earlier === null ? profile : withEarlierBatches(profile, earlier)), {
    overwrite: true,
  });
}

function withEarlierBatches(profile: DeviceProfile, earlier: DeviceProfile): DeviceProfile {
  const { model, device, stages, batches } = profile;
  const same = [earlier.model, earlier.device, ...earlier.stages].join('\n') === [model, device, ...stages].join('\n');
  if (!same) return profile;
  const others = earlier.batches.filter(({ batchSize }) => !batches.some((batch) => batch.batchSize === batchSize));
  return { ...profile, batches: [...batches, ...others].sort((left, right) => left.batchSize - right.batchSize) };
}

/** The text of a profile's file. */
export function profileBytes(profile: DeviceProfile): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(profile, null, 2)}\n`);
}

/** What times depend on, in one line; equal lines make times comparable. */
export function deviceName(runtime: LoadedRuntime): string {
  return `${runtime.name}, ${runtime.stagedSettings.threads ?? 1} thread(s), ${describeMachine().processor}`;
}
