// Networks outside the repository, for optional tests.

import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const besideTheRepository = fileURLToPath(new URL('../../../../../shared', import.meta.url));
const folder = `${process.env.ZTW_SHARED ?? besideTheRepository}/data`;

/** Paths of all networks there; none, with a printed reason, where the folder is absent. */
export function sharedNetworks(): readonly string[] {
  if (!existsSync(folder)) {
    console.warn(`skipped: ${folder} is absent; set ZTW_SHARED to test more networks`);
    return [];
  }
  return readdirSync(folder)
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => `${folder}/${name}`);
}

/** A file beside the networks, or null. */
export function sharedFile(path: string): string | null {
  const whole = `${process.env.ZTW_SHARED ?? besideTheRepository}/${path}`;
  return existsSync(whole) ? whole : null;
}

/** The pretrained network that belongs to the repository. */
export const fashionPath: string = fileURLToPath(new URL('../../../../models/fashion-resnet20.onnx', import.meta.url));
