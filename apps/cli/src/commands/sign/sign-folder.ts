import { join } from 'node:path';
import { importSigningKey, signaturePath, signBundle } from '@ztw/bundle';
import { folderReader } from '@ztw/bundle/node';
import { about } from '@ztw/core/runtime';
import { readKeyFile } from '../../bundle/key-file.ts';
import { type OutputFolderOptions, writeOutputFile } from '../../storage/index.ts';

/**
 * Signs the bundle in a folder, after all of its files were checked.
 * @returns the path of the signature.
 * @throws InvalidBundleError for a damaged bundle; InvalidInputError for a file that is no key, or an earlier signature
 *   without `overwrite`; StorageError.
 */
export async function signFolder(folder: string, keyPath: string, options: OutputFolderOptions): Promise<string> {
  const key = await readKeyFile(keyPath, importSigningKey);
  const signature = await about(folder, () => signBundle(folderReader(folder), key));
  const path = join(folder, signaturePath);
  await writeOutputFile(path, signature, options);
  return path;
}
