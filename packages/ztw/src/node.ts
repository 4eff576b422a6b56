// Classifiers for programs, in Node. `index.ts` is the same for browsers.

// Loading

export type { ClassifierRuntime } from '@ztw/bundle';
export { loadClassifier } from './classifier/load-in-node.ts';
export type { LoadClassifierOptions } from './classifier/load-options.ts';
export type { LoadingProgress } from './loading/arriving-bundle.ts';
export type { FileReader } from './loading/reader-source.ts';
export type { ClassifierSource } from './loading/resolve-source.ts';

// Classifying

export type { CallOptions } from './classifier/call-options.ts';
export type {
  Classifier,
  ClassifierInput,
  ClassifierStage,
  ImageInput,
  StreamOptions,
} from './classifier/classifier.ts';
export type { Resize } from './pixels/fit-pixels.ts';
export type { Pixels } from './pixels/pixels.ts';

// Answers

export type { ClassifierResult, RankedClass, RefinedResult } from './classifier/result.ts';
