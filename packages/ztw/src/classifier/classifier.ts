// What `loadClassifier` returns.

import type { BundleManifest } from '@ztw/bundle';
import type { InputBatch, OperatingPoint, StreamRow } from '@ztw/core';
import type { Pixels } from '../pixels/pixels.ts';
import type { CallOptions } from './call-options.ts';
import type { ClassifierResult, RefinedResult } from './result.ts';

/**
 * An image: in browsers anything that can be drawn, in Node a path; everywhere encoded bytes, a Blob, an address, or raw
 * pixels.
 */
export type ImageInput =
  | HTMLImageElement
  | HTMLCanvasElement
  | HTMLVideoElement
  | OffscreenCanvas
  | ImageBitmap
  | ImageData
  | VideoFrame
  | Blob
  | Uint8Array
  | ArrayBuffer
  | string
  | URL
  | Pixels;

/** An image, or one row of values as the network takes them. */
export type ClassifierInput = ImageInput | Float32Array;

/** One exit of the network. */
export interface ClassifierStage {
  readonly name: string;
  /** MACs of leaving here, as a fraction of the full network's. */
  readonly cost: number;
}

/** Options of `stream`. */
export interface StreamOptions extends Omit<CallOptions, 'maxMilliseconds'> {
  /** Inputs that run together. Default: 16. */
  readonly batchSize?: number;
  /** How long to wait for a full batch, in milliseconds. Default: 20. */
  readonly maxWaitMilliseconds?: number;
}

/** A loaded network with early exits. */
export interface Classifier {
  readonly manifest: BundleManifest;
  /** How many classes there are. */
  readonly classes: number;
  /** One name per class; null if the bundle has none. */
  readonly labels: readonly string[] | null;
  /** All exits, in order. */
  readonly stages: readonly ClassifierStage[];
  /** Calibrated choices of accuracy and cost. */
  readonly operatingPoints: readonly OperatingPoint[];
  /** How many stages have arrived and can run, counted from the first. */
  readonly stagesLoaded: number;
  /** Resolves when all stages have arrived; rejects if one never will. */
  readonly ready: Promise<void>;

  /**
   * Classifies an image. It runs only as many stages as it needs, and waits for those that are under way.
   * @throws InvalidInputError or InvalidDataError for an input that cannot be read, and for options that do not fit;
   *   InvalidBundleError if a stage that is needed did not arrive; RuntimeFailureError if the runtime fails; AbortedError
   *   if the signal fires; DisposedError after `dispose`.
   *
   * @example
   * const { label, probability } = await classifier.classify(image, { budget: 0.5 });
   */
  classify(input: ClassifierInput, options?: CallOptions): Promise<ClassifierResult>;
  /** Classifies several images, or rows; they run together. One result per input, in their order. */
  classify(inputs: readonly ClassifierInput[] | InputBatch, options?: CallOptions): Promise<ClassifierResult[]>;

  /**
   * Answers after every exit, each time better. It goes to the last exit; leave the loop to stop. With
   * `maxMilliseconds` it ends by itself.
   * @throws as `classify`.
   *
   * @example
   * for await (const answer of classifier.refine(image)) if (answer.isEnough) break;
   */
  refine(input: ClassifierInput, options?: CallOptions): AsyncGenerator<RefinedResult, void, undefined>;

  /**
   * Classifies inputs as they arrive, one result per input in their order.
   * @throws as `classify`; whatever the source throws.
   */
  stream(
    inputs: AsyncIterable<ClassifierInput | StreamRow> | Iterable<ClassifierInput | StreamRow>,
    options?: StreamOptions,
  ): AsyncGenerator<ClassifierResult, void, undefined>;

  /** Says in plain English where an answer was found, how sure it is, and what was saved. */
  explain(result: ClassifierResult): string;

  /** Stops the loading, waits for calls under way, and frees everything. A second call does nothing. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
