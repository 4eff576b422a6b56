import { importPublicKey, type VerifiedBundle, verifyBundle } from '@ztw/bundle';
import { folderReader } from '@ztw/bundle/node';
import { about } from '@ztw/core/runtime';
import { readKeyFile } from '../../bundle/key-file.ts';

/**
 * Checks the bundle in a folder.
 * @param keyPath PEM file of the maker's public key; null: the signature is not checked.
 * @throws InvalidBundleError naming what was changed; InvalidInputError for a file that is no key.
 */
export async function verifyFolder(folder: string, keyPath: string | null): Promise<VerifiedBundle> {
  const key = keyPath === null ? {} : { publicKey: await readKeyFile(keyPath, importPublicKey) };
  return about(folder, () => verifyBundle(folderReader(folder), key));
}
