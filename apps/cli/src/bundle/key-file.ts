import { InvalidInputError } from '@ztw/core';
import { about } from '@ztw/core/runtime';
import { keyBytesLimit } from '../storage/file-limits.ts';
import { readBytes } from '../storage/read-bytes.ts';

/**
 * Reads a key.
 * @param importKey `importPublicKey` or `importSigningKey`.
 * @throws InvalidInputError for a file that is missing or is no such key.
 */
export async function readKeyFile(path: string, importKey: (pem: string) => Promise<CryptoKey>): Promise<CryptoKey> {
  let text: string;
  try {
    text = new TextDecoder().decode(await readBytes(path, keyBytesLimit));
  } catch (cause) {
    throw new InvalidInputError(`Cannot read the key ${path} (${(cause as Error).message}). Check the path.`, {
      cause,
      path,
    });
  }
  return about(path, () => importKey(text));
}
