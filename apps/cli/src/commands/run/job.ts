// The job of `ztw run`: classifies images, each only as deep as it needs.

import type { Preprocessing } from '@ztw/bundle';
import type { RowResult } from '@ztw/core';
import type { ExecutorKind } from '@ztw/runtime-onnx';
import { findDeviceProfile } from '../../bundle/device-profile-file.ts';
import type { ExitChoice } from '../../bundle/exit-choice.ts';
import { classesOf, preprocessingOf } from '../../bundle/open-bundle.ts';
import { type Classifier, type ExecutorChoice, openClassifier } from '../../bundle/open-classifier.ts';
import { withClassNames } from '../../data/class-names.ts';
import { type LabelledData, toInput } from '../../data/index.ts';
import type { NetworkClasses } from '../../data/match-classes.ts';
import { openImages } from '../../images/open-images.ts';
import { rowBatches } from '../../images/row-batches.ts';
import { type JobContext, throwIfAborted } from '../../program/job-context.ts';
import { loadRuntime, type RuntimeOptions } from '../../runtime/onnx-runtime.ts';

export interface ClassifyImagesOptions {
  readonly bundle: string;
  /** Images, folders, archives or data sets. */
  readonly sources: readonly string[];
  readonly exit: ExitChoice;
  /** File with a device profile, for a budget in milliseconds; null: the profile in the bundle's folder. */
  readonly profile: string | null;
  /** File with the names of the classes, in the order of the outputs; null: as the bundle says. */
  readonly classNames: string | null;
  /** How images of another size are fitted; null: as the bundle says. */
  readonly resize: Preprocessing['resize'] | null;
  readonly executor: ExecutorChoice;
  /** Images that run together. */
  readonly batch: number;
  /** Most images of each source; null for all. */
  readonly limit: number | null;
  readonly runtime: RuntimeOptions;
}

/** The answer for one image; JSON-safe. */
export interface ImageAnswer {
  readonly name: string;
  readonly labelIndex: number;
  /** null if the bundle has no names. */
  readonly label: string | null;
  readonly probability: number;
  /** Index of the exit where the image left, over all networks. */
  readonly exit: number;
  readonly exitName: string;
  /** MACs spent, as a share of the last network without ICs. */
  readonly share: number;
  /** Time of the image's batch, divided by its images. Milliseconds. */
  readonly milliseconds: number;
  /** The correct class; null if the source does not know it. */
  readonly expectedIndex: number | null;
  /** Its name; null if unknown. */
  readonly expectedLabel: string | null;
}

export interface ClassifiedImages {
  readonly policy: string;
  readonly runtime: string;
  readonly executor: ExecutorKind;
  readonly exitNames: readonly string[];
  readonly answers: readonly ImageAnswer[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** Of the images with a known class; null without any. */
  readonly accuracy: number | null;
  readonly meanShare: number;
  readonly meanMilliseconds: number;
  readonly exitHistogram: readonly number[];
}

/**
 * @throws InvalidBundleError, InvalidDataError if no image can be read.
 * @throws AbortedError once the signal has fired.
 */
export async function classifyImages(options: ClassifyImagesOptions, context: JobContext): Promise<ClassifiedImages> {
  const runtime = await loadRuntime({ ...options.runtime, onNote: context.onNote });
  const timed = options.profile !== null || options.exit.kind === 'milliseconds';
  const profile = timed ? await findDeviceProfile(options.bundle, options.profile, runtime) : null;
  await using classifier = await openClassifier({ ...options, folder: options.bundle, profile }, runtime);
  const stored = preprocessingOf(classifier);
  const preprocessing = { ...stored, resize: options.resize ?? stored.resize };
  const network = await withClassNames(classesOf(classifier), options.classNames);
  const answers: ImageAnswer[] = [];
  const skipped: { readonly name: string; readonly reason: string }[] = [];
  for (const path of options.sources) {
    const images = await openImages({ path, rows: null, limit: options.limit, preprocessing, network }, context);
    skipped.push(...images.skipped);
    answers.push(
      ...(await classifySource(images, { classifier, preprocessing, network, batch: options.batch }, context)),
    );
  }
  return {
    policy: classifier.policy,
    runtime: runtime.name,
    executor: classifier.executor,
    exitNames: classifier.exitNames,
    answers,
    skipped,
    ...summarise(answers, classifier),
  };
}

interface SourceSettings {
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  readonly network: NetworkClasses;
  readonly batch: number;
}

async function classifySource(
  images: LabelledData,
  settings: SourceSettings,
  context: JobContext,
): Promise<readonly ImageAnswer[]> {
  const { classifier, preprocessing, network, batch } = settings;
  const answers: ImageAnswer[] = [];
  for (const rows of rowBatches(images.rows, batch)) {
    throwIfAborted(context.signal);
    const data = toInput(await images.pixels(rows), rows.length, preprocessing);
    const start = performance.now();
    const { results } = await classifier.classify({ data, rows: rows.length }, context.signal);
    const milliseconds = (performance.now() - start) / rows.length;
    const known = results.map((result) => ({ ...result, label: network.labels?.[result.labelIndex] ?? null }));
    answers.push(...known.map((result) => answerOf(images, rows[result.row] as number, result, milliseconds)));
    context.onProgress({
      phase: `Classifying ${images.name}`,
      done: answers.length,
      total: images.rows,
      remainingSeconds: null,
      detail: null,
    });
  }
  return answers;
}

function answerOf(images: LabelledData, row: number, result: RowResult, milliseconds: number): ImageAnswer {
  const expectedIndex = images.labels?.[row] ?? null;
  return {
    name: images.rowName(row),
    labelIndex: result.labelIndex,
    label: result.label,
    probability: result.probabilities[result.labelIndex] as number,
    exit: result.exitIndex,
    exitName: result.stageName,
    share: result.macsFraction,
    milliseconds,
    expectedIndex,
    expectedLabel: expectedIndex === null ? null : (images.classNames?.[expectedIndex] ?? null),
  };
}

function summarise(
  answers: readonly ImageAnswer[],
  classifier: Classifier,
): Pick<ClassifiedImages, 'accuracy' | 'meanShare' | 'meanMilliseconds' | 'exitHistogram'> {
  const known = answers.filter((answer) => answer.expectedIndex !== null);
  const right = known.filter((answer) => answer.expectedIndex === answer.labelIndex);
  return {
    accuracy: known.length === 0 ? null : right.length / known.length,
    meanShare: mean(answers.map((answer) => answer.share)),
    meanMilliseconds: mean(answers.map((answer) => answer.milliseconds)),
    exitHistogram: classifier.exitNames.map((_, exit) => answers.filter((answer) => answer.exit === exit).length),
  };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
