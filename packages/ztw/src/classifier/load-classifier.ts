// From a bundle to a classifier that answers.

import { type ArrivingNetwork, type ClassifierRuntime, networkSource } from '@ztw/bundle';
import { checkWorker, connectWorker, type WorkerRuntime } from '@ztw/bundle/worker';
import { chain, type Ensemble, InvalidInputError, lastPrediction, type StagedModel } from '@ztw/core';
import { ensembleFromSpecification } from '@ztw/ensemble';
import type { InputTarget } from '../images/input-rows.ts';
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
 * @param given null if a worker brings its own runtime.
 * @throws as `loadClassifier`.
 */
export async function loadClassifierOn(
  platform: Platform,
  source: ClassifierSource,
  given: ClassifierRuntime | null,
  options: LoadClassifierOptions = {},
): Promise<Classifier> {
  checkLoadOptions(options);
  if (given !== null || options.worker === undefined) checkRuntime(given);
  const files = resolveSource(source, platform);
  const stop = new AbortController();
  follow(options.signal, stop);
  const connecting = options.worker === undefined ? null : connect(options.worker(), given, options);
  const running = connecting ?? Promise.resolve(given as ClassifierRuntime);
  const started = running.then((runtime) => runtime.start());
  // They fail where they are awaited.
  connecting?.catch(() => undefined);
  started.catch(() => undefined);
  let classifier: LoadedClassifier | null = null;
  try {
    const bundle = await openArrivingBundle(
      {
        source: files,
        cache: await openCache(files, options.cache ?? true, platform),
        integrity: options.integrity ?? true,
        signal: stop.signal,
        onProgress: options.onProgress,
      },
      async () => (await running).reads,
      started,
    );
    const prepareRemotely = (await connecting)?.prepareImage ?? null;
    classifier = openClassifier(bundle, await running, { platform, prepareRemotely }, options, stop);
    await started;
    await ((options.progressive ?? files.isRemote) ? classifier.firstStage : classifier.ready);
    return classifier;
  } catch (error) {
    stop.abort(error);
    await classifier?.dispose();
    connecting?.then(
      (runtime) => runtime.terminate(),
      () => undefined,
    );
    throw error;
  }
}

/** @throws InvalidInputError for what is no worker, and for a worker of another runtime than the given one. */
async function connect(
  worker: unknown,
  given: ClassifierRuntime | null,
  { workerStartMilliseconds }: LoadClassifierOptions,
): Promise<WorkerRuntime> {
  checkWorker(worker);
  const runtime = await connectWorker({
    worker,
    ...(workerStartMilliseconds !== undefined && { startMilliseconds: workerStartMilliseconds }),
  });
  if (given === null || given.name === runtime.name) return runtime;
  await runtime.terminate();
  throw new InvalidInputError(
    `Expected a worker that serves ${given.name}, the runtime of the second argument; received one that serves ${runtime.name}. ` +
      'Pass null as the runtime: the worker brings its own.',
    { expected: given.name, received: runtime.name, path: 'worker' },
  );
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
  { platform, prepareRemotely }: Pick<InputTarget, 'platform' | 'prepareRemotely'>,
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
    const target = { inputs: model.inputs, preprocessing: manifest.preprocessing, platform, prepareRemotely };
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
