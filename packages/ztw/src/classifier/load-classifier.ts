// From a bundle to a classifier that answers.

import { type ArrivingNetwork, type ClassifierRuntime, networkSource } from '@ztw/bundle';
import { chain, type Ensemble, lastPrediction, type StagedModel } from '@ztw/core';
import { ensembleFromSpecification } from '@ztw/ensemble';
import { type ArrivingBundle, openArrivingBundle } from '../loading/arriving-bundle.ts';
import { type FileCache, forgiving } from '../loading/file-cache.ts';
import type { FileSource } from '../loading/file-source.ts';
import { type ClassifierSource, resolveSource } from '../loading/resolve-source.ts';
import type { Platform } from '../platform/platform.ts';
import type { Classifier } from './classifier.ts';
import { checkLoadOptions, checkRuntime, type LoadClassifierOptions } from './load-options.ts';
import { LoadedClassifier } from './loaded-classifier.ts';

/**
 * Loads a classifier. Each platform has its own.
 * @throws as `loadClassifier`.
 */
export async function loadClassifierOn(
  platform: Platform,
  source: ClassifierSource,
  runtime: ClassifierRuntime,
  options: LoadClassifierOptions = {},
): Promise<Classifier> {
  checkRuntime(runtime);
  checkLoadOptions(options);
  const files = resolveSource(source, platform);
  const stop = new AbortController();
  follow(options.signal, stop);
  const started = runtime.start();
  // It fails where it is awaited.
  started.catch(() => undefined);
  const bundle = await openArrivingBundle(
    {
      source: files,
      cache: await openCache(files, options.cache ?? true, platform),
      integrity: options.integrity ?? true,
      signal: stop.signal,
      onProgress: options.onProgress,
    },
    async () => runtime.reads,
    started,
  );
  const classifier = openClassifier(bundle, runtime, platform, options, stop);
  try {
    await started;
    await ((options.progressive ?? files.isRemote) ? classifier.firstStage : classifier.ready);
    return classifier;
  } catch (error) {
    await classifier.dispose();
    throw error;
  }
}

/** Aborts with the caller's signal, as long as the loading lasts. */
function follow(signal: AbortSignal | undefined, stop: AbortController): void {
  const abort = (): void => stop.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true, signal: stop.signal });
}

async function openCache(source: FileSource, cache: boolean | string, platform: Platform): Promise<FileCache | null> {
  if (cache === false || !source.isRemote) return null;
  const opened = await platform.openCache(cache === true ? null : cache);
  return opened === null ? null : forgiving(opened);
}

function openClassifier(
  { manifest, file }: ArrivingBundle,
  runtime: ClassifierRuntime,
  platform: Platform,
  { resize }: LoadClassifierOptions,
  stop: AbortController,
): LoadedClassifier {
  const ensemble: Ensemble =
    manifest.ensemble === null ? lastPrediction() : ensembleFromSpecification(manifest.ensemble);
  const networks: ArrivingNetwork[] = [];
  try {
    for (const index of manifest.networks.keys()) {
      networks.push(runtime.openNetwork(networkSource({ manifest, file }, index)));
    }
    const model = joined(networks.map(({ model }) => model));
    const arrivals = networks.flatMap(({ stages }) => stages);
    const target = { inputs: model.inputs, preprocessing: manifest.preprocessing, platform };
    return new LoadedClassifier({ manifest, model, arrivals, ensemble, target, resize, stop });
  } catch (error) {
    stop.abort();
    for (const { model } of networks) model[Symbol.asyncDispose]().catch(() => undefined);
    throw error;
  }
}

function joined(models: readonly StagedModel[]): StagedModel {
  const [only, ...others] = models;
  return only !== undefined && others.length === 0 ? only : chain(models);
}
