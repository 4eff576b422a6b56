import { type LoadedBundle, openBundle, type Preprocessing } from '@ztw/bundle';
import { folderReader } from '@ztw/bundle/node';
import { InvalidDataError } from '@ztw/core';
import { about } from '@ztw/core/runtime';
import { loadBundle } from '@ztw/runtime-onnx';
import type { NetworkClasses } from '../data/index.ts';
import type { LoadedRuntime } from '../runtime/onnx-runtime.ts';

/** A bundle that is ready to run. */
export interface RunnableBundle extends LoadedBundle {
  /** The folder as it was given. */
  readonly folder: string;
}

/**
 * Loads a bundle from a folder.
 * @throws InvalidBundleError if it is damaged, RuntimeFailureError if a model does not load.
 */
export async function loadBundleFolder(folder: string, runtime: LoadedRuntime): Promise<RunnableBundle> {
  return about(folder, async () => ({
    ...(await loadBundle({ ort: runtime.ort, ...runtime.stagedSettings, bundle: folderReader(folder) })),
    folder,
  }));
}

/**
 * How images become the bundle's input.
 * @throws InvalidDataError for a bundle without preprocessing.
 */
export function preprocessingOf(bundle: Pick<RunnableBundle, 'folder' | 'manifest'>): Preprocessing {
  const { preprocessing } = bundle.manifest;
  if (preprocessing === null) {
    throw new InvalidDataError(
      `Expected a bundle that describes how images become its input; ${bundle.folder} does not. Train it again with the images' normalisation, or run it from a program.`,
    );
  }
  return preprocessing;
}

/** What the data must fit: the bundle's classes. */
export function classesOf(bundle: Pick<RunnableBundle, 'folder' | 'manifest'>): NetworkClasses {
  return { name: bundle.folder, classes: bundle.manifest.classes, labels: bundle.manifest.labels };
}

/** The method of the bundle in a folder, without loading its networks. */
export async function bundleMethod(folder: string): Promise<string> {
  return about(folder, async () => (await openBundle(folderReader(folder))).manifest.method);
}
