import type { ClassifierRuntime } from '@ztw/bundle';
import { InvalidInputError } from '@ztw/core';
import type { WorkerThread } from '@ztw/core/runtime';
import { describeValue } from '../images/describe-value.ts';
import type { LoadingProgress } from '../loading/arriving-bundle.ts';
import type { Resize } from '../pixels/fit-pixels.ts';
import { checkResize, checkSignal, wrong } from './call-options.ts';

/** How a classifier is loaded. */
export interface LoadClassifierOptions {
  /** Called as bytes arrive. */
  readonly onProgress?: (progress: LoadingProgress) => void;
  /** Stops the loading, also of the stages that are still under way when the classifier is returned. */
  readonly signal?: AbortSignal;
  /**
   * Whether files that come over a network are stored on this device: in the Cache API of browsers, in a folder in Node.
   * A text names the cache, or the folder. Default: true.
   */
  readonly cache?: boolean | string;
  /**
   * Whether the classifier is returned when its first stage can run, or when all can. Default: true where files come
   * over a network.
   */
  readonly progressive?: boolean;
  /** Whether files are checked against the hashes in the manifest. Default: true. */
  readonly integrity?: boolean;
  /** How images of another size are fitted. Default: as the bundle says. */
  readonly resize?: Resize;
  /**
   * Makes a worker in which the stages run and images are prepared: `() => new Worker(url, { type: 'module' })`. Its
   * script calls `serveClassifier` of `ztw/worker`. It ends when the classifier is disposed.
   */
  readonly worker?: () => WorkerThread;
  /** How long the worker's script may take to load. Default: 5000 ms. */
  readonly workerStartMilliseconds?: number;
}

const names = [
  'onProgress',
  'signal',
  'cache',
  'progressive',
  'integrity',
  'resize',
  'worker',
  'workerStartMilliseconds',
];

/** @throws InvalidInputError naming the option that does not fit. */
export function checkLoadOptions(options: LoadClassifierOptions): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw wrong('options', 'an object', describeValue(options), 'Pass options by their names: { signal }.');
  }
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw wrong(unknown, `one of the options ${names.join(', ')}`, unknown, 'Correct its name, or leave it out.');
  }
  const { onProgress, signal, cache, progressive, integrity, resize, worker, workerStartMilliseconds } = options;
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw wrong('onProgress', 'a function', describeValue(onProgress), 'Pass ({ loadedBytes, totalBytes }) => {}.');
  }
  if (signal !== undefined) checkSignal(signal);
  if (cache !== undefined && typeof cache !== 'boolean' && (typeof cache !== 'string' || cache === '')) {
    throw wrong('cache', 'true, false or a name', describeValue(cache), 'Pass false to store nothing.');
  }
  for (const [name, value] of Object.entries({ progressive, integrity })) {
    if (value !== undefined && typeof value !== 'boolean') {
      throw wrong(name, 'true or false', describeValue(value), 'Leave it out for true.');
    }
  }
  if (resize !== undefined) checkResize(resize);
  if (worker !== undefined && typeof worker !== 'function') {
    throw wrong('worker', 'a function that makes a Worker', describeValue(worker), 'Pass () => new Worker(...).');
  }
  if (workerStartMilliseconds !== undefined && !(workerStartMilliseconds > 0)) {
    throw wrong('workerStartMilliseconds', 'a time above 0', describeValue(workerStartMilliseconds), 'Leave it out.');
  }
}

/** @throws InvalidInputError for anything but a runtime, with what to do about it. */
export function checkRuntime(runtime: unknown): asserts runtime is ClassifierRuntime {
  const { specificationVersion, openNetwork, start } = (runtime ?? {}) as Partial<ClassifierRuntime>;
  if (specificationVersion === 'v1' && typeof openNetwork === 'function' && typeof start === 'function') return;
  const received = describeValue(runtime);
  throw new InvalidInputError(
    `Expected a runtime as the second argument, onnx(ort) or tfjs(tf); received ${received}. ${adviceForRuntime(runtime)}`,
    { expected: 'a runtime', received, path: 'runtime' },
  );
}

function adviceForRuntime(runtime: unknown): string {
  if (typeof runtime === 'function') return `Call it with the module: ${runtime.name || 'onnx'}(...).`;
  const { InferenceSession, engine, ort, tf } = (runtime ?? {}) as Readonly<Record<string, unknown>>;
  if (InferenceSession !== undefined || ort !== undefined) {
    return "Wrap it: import { onnx } from '@ztw/runtime-onnx', and pass onnx(ort).";
  }
  if (engine !== undefined || tf !== undefined) {
    return "Wrap it: import { tfjs } from '@ztw/runtime-tfjs', and pass tfjs(tf).";
  }
  return "import { onnx } from '@ztw/runtime-onnx', and pass onnx(ort).";
}
