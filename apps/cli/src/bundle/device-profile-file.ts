// Device profiles in files, and the names of devices in them. Those of a bundle are in its folder, under `profiles/`,
// one per device. The manifest does not list them, because they describe a device and not the bundle.

import { join } from 'node:path';
import { type DeviceProfile, InvalidInputError, parseDeviceProfile } from '@ztw/core';
import { about, parseJson } from '@ztw/core/runtime';
import { describeMachine } from '../runtime/machine.ts';
import type { LoadedRuntime } from '../runtime/onnx-runtime.ts';
import { profileBytesLimit } from '../storage/file-limits.ts';
import { hasErrorCode, writeOutputFile } from '../storage/index.ts';
import { readBytes } from '../storage/read-bytes.ts';

/** @throws InvalidInputError for a file that is missing or not a profile. */
export async function readDeviceProfile(path: string): Promise<DeviceProfile> {
  let json: unknown;
  try {
    json = parseJson(await readBytes(path, profileBytesLimit), (reason) => new InvalidInputError(reason));
  } catch (cause) {
    throw new InvalidInputError(
      `Cannot read the device profile ${path} (${(cause as Error).message}). Make one with: ztw bench BUNDLE --profile ${path}`,
      { cause },
    );
  }
  return about(path, async () => parseDeviceProfile(json));
}

/**
 * Times of stages: from a file, or else from the profile of this device in the bundle's folder.
 * @param folder Of the bundle.
 * @param path Null: none was given.
 * @returns null if this device was not measured.
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

/** Path of this device's profile in a bundle's folder. */
export function storedProfilePath(folder: string, runtime: LoadedRuntime): string {
  return join(folder, storedProfileName({ device: deviceName(runtime) }));
}

/** The same, relative to the bundle's folder, for a given profile. */
export function storedProfileName({ device = 'unknown' }: Pick<DeviceProfile, 'device'>): string {
  return `profiles/${device
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/^-|-$/g, '')}.json`;
}

/**
 * Writes a profile, whole or not at all, in place of an earlier one. Batch sizes that only the earlier one has are kept
 * if it is of the same stages and device.
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

/** What times depend on, in one line. Times with equal lines are comparable. */
export function deviceName(runtime: LoadedRuntime): string {
  return `${runtime.name}, ${runtime.stagedSettings.threads ?? 1} thread(s), ${describeMachine().processor}`;
}
