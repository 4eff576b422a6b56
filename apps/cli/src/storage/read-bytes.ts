import { readFile } from 'node:fs/promises';

/**
 * Reads a whole file as a plain array: the `slice` of Node's Buffer is a view and not a copy, which other packages cannot know.
 * Throws what Node throws.
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  const { buffer, byteOffset, length } = await readFile(path);
  return new Uint8Array(buffer, byteOffset, length);
}
