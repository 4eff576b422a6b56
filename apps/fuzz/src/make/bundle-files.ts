// Small bundles that run, and their files by path.

import { type BundleReader, bundleFiles } from '@ztw/bundle';
import { smallBundle } from '../../../../packages/bundle/src/__fixtures__/small-bundle.ts';
import { tinyBundle } from '../../../../packages/runtime-onnx/test/support/tiny-network.ts';

export type Files = ReadonlyMap<string, Uint8Array>;

/** A chain of networks whose stages only claim to be models; one network that runs; a chain that runs. */
export async function sampleBundles(): Promise<readonly Files[]> {
  return [await bundleFiles(smallBundle()), await tinyBundle(1), await tinyBundle(2)];
}

export function readerOf(files: Files): BundleReader {
  return async (path) => files.get(path) ?? Promise.reject(new Error(`no file ${path}`));
}

export function parseText(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

export function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value, null, 2));
}
