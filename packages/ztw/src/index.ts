// Classifiers for programs, in browsers. `node.ts` is the same for Node.

// Loading

export { loadClassifier } from './classifier/load-in-browser.ts';
export type { LoadClassifierOptions } from './classifier/load-options.ts';
export type { LoadingProgress } from './loading/arriving-bundle.ts';
export type { ClassifierSource } from './loading/resolve-source.ts';
export type { FileReader } from './loading/reader-source.ts';
export type { ClassifierRuntime } from '@ztw/bundle';

// Classifying

export type {
  Classifier,
  ClassifierInput,
  ClassifierStage,
  ImageInput,
  StreamOptions,
} from './classifier/classifier.ts';
export type { CallOptions } from './classifier/call-options.ts';
export type { Pixels } from './pixels/pixels.ts';
export type { Resize } from './pixels/fit-pixels.ts';

// Answers

export type { ClassifierResult, RankedClass, RefinedResult } from './classifier/result.ts';
