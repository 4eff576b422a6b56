// One process that loads a bundle from a folder and prints time and memory as JSON. A process of its own, because the
// peak of a process never falls.
//
//   load-once.ts FOLDER node|wasm|tfjs

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedBundle } from '@ztw/bundle';
import type { OnnxRuntime } from '@ztw/runtime-onnx';
import type { LoadingRuntime, LoadMeasurement } from './loading-runtime.ts';

const [folder = '', runtime] = process.argv.slice(2) as [string, LoadingRuntime];

const readBundle = async (path: string): Promise<Uint8Array> => readFile(join(folder, path));

async function opener(): Promise<() => Promise<LoadedBundle>> {
  if (runtime === 'tfjs') {
    const tf = await import('@tensorflow/tfjs-core');
    await import('@tensorflow/tfjs-backend-wasm');
    await tf.setBackend('wasm');
    await tf.ready();
    const { loadBundle } = await import('@ztw/runtime-tfjs');
    return () => loadBundle({ tf, bundle: readBundle });
  }
  const ort: OnnxRuntime = await (runtime === 'node' ? import('onnxruntime-node') : import('onnxruntime-web'));
  const { loadBundle } = await import('@ztw/runtime-onnx');
  return () => loadBundle({ ort, bundle: readBundle });
}

const megabytes = (kibibytes: number): number => (kibibytes * 1024) / 1e6;

const open = await opener();
const before = megabytes(process.resourceUsage().maxRSS);
const start = performance.now();
const loaded = await open();
const milliseconds = performance.now() - start;
const peak = megabytes(process.resourceUsage().maxRSS);
await loaded[Symbol.asyncDispose]();
console.log(JSON.stringify({ milliseconds, megabytes: peak - before } satisfies LoadMeasurement));
process.exit(0);
