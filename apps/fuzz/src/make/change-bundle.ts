import { createHash } from 'node:crypto';
import { manifestHash } from '@ztw/bundle';
import { InvalidBundleError } from '@ztw/core';
import { parseJson } from '@ztw/core/runtime';
import { mutateJson } from '../../../../packages/runtime-tfjs/test/support/mutate-json.ts';
import type { Random } from '../random.ts';
import { type Files, jsonBytes, parseText } from './bundle-files.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { disfigure } from './mutate-network.ts';
import { mutateSafetensors } from './mutate-safetensors.ts';

interface ListedFiles {
  files: { path: string; bytes: number; sha256: string }[];
}

/**
 * A bundle with one file changed. Mostly the manifest is made to fit, as an attacker would, so that the code behind the
 * hashes is reached.
 */
export async function changeBundle(files: Files, random: Random): Promise<Files> {
  const path = random.pick([...files.keys(), 'manifest.json', 'manifest.json']);
  const good = files.get(path) as Uint8Array;
  const bytes = changed(path, good, random);
  const all = new Map(files).set(path, bytes);
  if (random.chance(0.15)) return all;
  if (path === 'manifest.json') return all.set(path, await rehashed(bytes));
  const manifest = parseText(files.get('manifest.json') as Uint8Array) as ListedFiles;
  for (const file of manifest.files) {
    if (file.path !== path) continue;
    file.bytes = bytes.length;
    file.sha256 = createHash('sha256').update(bytes).digest('hex');
  }
  return all.set('manifest.json', await rehashed(jsonBytes(manifest)));
}

/** A manifest whose own hash fits what it says now; other bytes as they are. */
export async function rehashed(manifest: Uint8Array): Promise<Uint8Array> {
  let json: unknown;
  try {
    json = parseJson(manifest, (reason) => new InvalidBundleError(reason));
  } catch {
    return manifest;
  }
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
  return isObject ? jsonBytes({ ...(json as object), sha256: await manifestHash(json) }) : manifest;
}

function changed(path: string, good: Uint8Array, random: Random): Uint8Array {
  if (random.chance(0.2)) return mutateBytes(good, random, 1 + random.below(3));
  if (path.endsWith('.json')) return jsonBytes(mutateJson(parseText(good), random.next, 1 + random.below(2)));
  return path.endsWith('.onnx') ? disfigure(good, random) : mutateSafetensors(good, random);
}
