import { readRegularFile } from '@ztw/bundle/node';

/**
 * Reads a whole file as a plain array.
 * @param maximumBytes A larger file is refused before it is read.
 * @throws InvalidInputError for anything but a regular file of at most that size; else what Node throws.
 */
export async function readBytes(path: string, maximumBytes: number): Promise<Uint8Array> {
  return readRegularFile(path, { maximumBytes });
}
