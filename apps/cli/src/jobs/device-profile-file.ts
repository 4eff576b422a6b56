// Device profiles in files, and how a device is called in them. A bundle's own lie beside its files, in `profiles/`: one per device,
// outside the manifest, because they say something of a device and not of the bundle.

import { type DeviceProfile, InvalidInputError, parseDeviceProfile } from '@ztw/core';
import { about } from './about.ts';
import { describeMachine } from './machine.ts';
import type { LoadedRuntime } from './onnx-runtime.ts';
import { readBytes } from './read-bytes.ts';

/** @throws InvalidInputError for a file that is missing or no profile. */
export async function readDeviceProfile(path: string): Promise<DeviceProfile> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(await readBytes(path)));
  } catch (cause) {
    throw new InvalidInputError(
      `cannot read the device profile ${path} (${(cause as Error).message}). Make one: ztw bench BUNDLE --profile ${path}`,
      { cause },
    );
  }
  return about(path, async () => parseDeviceProfile(json));
}

/** Where the profile of a device lies in a bundle's folder. */
export function storedProfileName({ device = 'unknown' }: Pick<DeviceProfile, 'device'>): string {
  return `profiles/${device
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/^-|-$/g, '')}.json`;
}

/** The text of a profile's file. */
export function profileBytes(profile: DeviceProfile): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(profile, null, 2)}\n`);
}

/** What times depend on, in one line; equal lines make times comparable. */
export function deviceName(runtime: LoadedRuntime): string {
  return `${runtime.name}, ${runtime.stagedSettings.threads ?? 1} thread(s), ${describeMachine().processor}`;
}
