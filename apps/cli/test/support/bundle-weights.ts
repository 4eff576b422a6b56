import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The bytes of all weights files of a bundle, in the order of their paths. */
export async function bundleWeights(folder: string): Promise<Buffer> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.safetensors')).sort();
  return Buffer.concat(await Promise.all(paths.map((path) => readFile(join(folder, path)))));
}
