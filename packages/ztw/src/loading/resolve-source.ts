import { InvalidInputError } from '@ztw/core';
import { describeValue, tagOf } from '../images/describe-value.ts';
import type { Platform } from '../platform/platform.ts';
import type { FileSource } from './file-source.ts';
import { type FileReader, readerSource } from './reader-source.ts';
import { blobSource } from './zip-source.ts';

/** The address of a bundle, a folder or file (in Node), a single file, or a function that reads files. */
export type ClassifierSource = string | URL | Blob | FileReader;

/** @throws InvalidInputError for anything else. */
export function resolveSource(source: ClassifierSource, platform: Platform): FileSource {
  if (typeof source === 'function') return readerSource(source);
  const tag = tagOf(source);
  if (tag === 'String' && source !== '') return platform.sourceOf(String(source));
  if (tag === 'URL') return platform.sourceOf((source as URL).href);
  if (tag === 'Blob' || tag === 'File') return blobSource(source as Blob, (source as File).name ?? 'the file');
  throw new InvalidInputError(
    `Expected a bundle: its address ('/bundle/'), its folder (in Node), a single file, or a function that reads its files; received ${describeValue(source)}. ${adviceFor(source)}`,
    { expected: 'a source of a bundle', received: describeValue(source), path: 'source' },
  );
}

function adviceFor(source: unknown): string {
  if (typeof source !== 'object' || source === null) return 'Pass the address first: loadClassifier(source, runtime).';
  if ('model' in source || 'manifest' in source) {
    return 'Pass where the bundle is, not what was loaded from it: loadClassifier reads it itself.';
  }
  if ('runStage' in source || 'predict' in source) return 'A model is no bundle: make one with ztw train.';
  if (tagOf(source) === 'Promise') return 'Await it first.';
  return 'Make a bundle with ztw train.';
}
