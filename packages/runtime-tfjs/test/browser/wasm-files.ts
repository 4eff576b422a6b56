import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The binaries of the wasm backend, by the path on the server where the test pages expect them. */
export function wasmFiles(): readonly (readonly [string, Uint8Array])[] {
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  const names = readdirSync(folder).filter((name) => name.endsWith('.wasm'));
  return names.map((name) => [`/tensorflow-wasm/${name}`, new Uint8Array(readFileSync(join(folder, name)))]);
}
