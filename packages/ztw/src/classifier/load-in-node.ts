import type { ClassifierRuntime } from '@ztw/bundle';
import type { ClassifierSource } from '../loading/resolve-source.ts';
import { nodePlatform } from '../platform/node-platform.ts';
import type { Classifier } from './classifier.ts';
import { loadClassifierOn } from './load-classifier.ts';
import type { LoadClassifierOptions } from './load-options.ts';

/**
 * Loads a bundle: a network with early exits, as `ztw train` makes it.
 * @param source The address of the bundle's folder or of its single file; in Node also a path; a `Blob` or `File`; or a
 *   function that reads its files.
 * @param runtime `onnx(ort)` of `@ztw/runtime-onnx`, or `tfjs(tf)` of `@ztw/runtime-tfjs`. null with
 *   the option `worker`, because the worker brings its own.
 * @throws InvalidInputError for arguments that do not fit; InvalidBundleError for a bundle that is damaged or missing;
 *   RuntimeFailureError if the runtime cannot start; AbortedError if the signal fires. Nothing stays open then.
 *
 * @example
 * const classifier = await loadClassifier('out/early', onnx(ort));
 * const { label, probability, exit } = await classifier.classify('photo.jpg', { budget: 0.5 });
 */
export function loadClassifier(
  source: ClassifierSource,
  runtime: ClassifierRuntime | null,
  options?: LoadClassifierOptions,
): Promise<Classifier> {
  return loadClassifierOn(nodePlatform, source, runtime, options);
}
