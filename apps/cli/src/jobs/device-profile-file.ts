// Device profiles in files, and how a device is called in them.

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

/** What times depend on, in one line; equal lines make times comparable. */
export function deviceName(runtime: LoadedRuntime): string {
  return `${runtime.name}, ${runtime.stagedSettings.threads ?? 1} thread(s), ${describeMachine().processor}`;
}
