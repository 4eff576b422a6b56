// Untrusted JSON with very deep nesting or very long lists must end in a typed error wherever it is parsed.

import { InvalidBundleError } from '@ztw/core';
import { describe, expect, it } from 'vitest';
import { smallBundle } from './__fixtures__/small-bundle.ts';
import { bundleFiles } from './bundle-files.ts';
import { decodeHeads } from './heads-file.ts';
import { openBundle } from './open-bundle.ts';
import { parseManifest } from './parse-manifest.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

const levels = 200_000;
const bytes = (text: string) => new TextEncoder().encode(text);
/** An object with deeply nested arrays in one field. */
const deepIn = (field: string) => `{"${field}":${'['.repeat(levels)}${']'.repeat(levels)}}`;

/** A safetensors file with any header text. */
function tensorsFile(header: string): Uint8Array {
  const json = bytes(header);
  const file = new Uint8Array(8 + json.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

describe('deeply nested JSON', () => {
  it.each(['format', 'version', 'networks', 'provenance', 'x'])('in the field %s of a manifest', async (field) => {
    await expect(openBundle(async () => bytes(deepIn(field)))).rejects.toSatisfy(InvalidBundleError.isInstance);
  });

  it.each(['__metadata__', 'weight'])('in the header of safetensors (%s)', (field) => {
    expect(() => decodeSafetensors(tensorsFile(deepIn(field)))).toThrow(InvalidBundleError);
  });

  it.each(['dtype', 'shape', 'data_offsets'])('in the %s of a tensor', (field) => {
    expect(() => decodeSafetensors(tensorsFile(`{"weight":${deepIn(field)}}`))).toThrow(InvalidBundleError);
  });

  it.each(['format', 'heads'])('in the %s of a file of heads', (field) => {
    expect(() => decodeHeads(encodeSafetensors(new Map(), { ztw: deepIn(field) }))).toThrow(InvalidBundleError);
  });

  it('in a manifest that somebody else has parsed', () => {
    expect(() => parseManifest({ format: JSON.parse('['.repeat(levels) + ']'.repeat(levels)) })).toThrow(
      InvalidBundleError,
    );
  });
});

it('a manifest of 100,000 files is read', async () => {
  const files = await bundleFiles(smallBundle());
  const manifest = JSON.parse(new TextDecoder().decode(files.get('manifest.json'))) as { files: unknown[] };
  const extra = Array.from({ length: 100_000 }, (_, index) => ({
    path: `extra/${index}`,
    bytes: 1,
    sha256: 'a'.repeat(64),
  }));
  manifest.files.push(...extra);
  expect(parseManifest(manifest).files).toHaveLength(manifest.files.length);
  manifest.files.push({ ...extra[5], path: 'EXTRA/5' });
  expect(() => parseManifest(manifest)).toThrow(/EXTRA\/5 is listed twice/);
});
