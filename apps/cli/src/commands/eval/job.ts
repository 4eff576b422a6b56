// The job of `ztw eval`: reads bundles and data, runs all exits once, and writes one report for all bundles.

import { basename, dirname, extname, join } from 'node:path';
import type { BundleManifest } from '@ztw/bundle';
import { InvalidDataError, InvalidInputError, type PolicyKind } from '@ztw/core';
import {
  createEvaluationReport,
  type EvaluationReport,
  type MethodReport,
  type ReferencePoint,
  type SeenRows,
  type SettingsOrigin,
} from '@ztw/core/evaluation';
import packageJson from '../../../package.json' with { type: 'json' };
import { type BundleTimesOptions, bundleTimes } from '../../bundle/bundle-times.ts';
import {
  bundleMethod,
  classesOf,
  loadBundleFolder,
  preprocessingOf,
  type RunnableBundle,
} from '../../bundle/open-bundle.ts';
import { readClassNames, withClassNames } from '../../data/class-names.ts';
import { type LabelledData, writeNpy } from '../../data/index.ts';
import { missingClassesCaution } from '../../images/class-coverage.ts';
import { type ImageSource, openImages } from '../../images/open-images.ts';
import { checkOverlaps, commonOrigin } from '../../images/row-overlaps.ts';
import { hashForJob } from '../../images/seen-rows.ts';
import type { JobContext } from '../../program/job-context.ts';
import { loadRuntime, type RuntimeOptions } from '../../runtime/onnx-runtime.ts';
import { assertOutputFolder, writeOutputFolder } from '../../storage/index.ts';
import { assertWritablePlace } from '../../storage/make-folder.ts';
import { writeOutputFile } from '../../storage/write-output-file.ts';
import { bundleLabels } from './bundle-labels.ts';
import { collectLogits } from './collect-logits.ts';
import { referencePoints, reportBundle, type StoredLogits } from './report-bundle.ts';

export interface EvaluateOptions {
  /** Folders; several are compared in one report. */
  readonly bundles: readonly string[];
  readonly data: ImageSource;
  /** Held-out rows for choosing settings that the bundles lack; null: none are chosen. */
  readonly calibration: ImageSource | null;
  /** Input of another kind, for out-of-distribution detection; null for none. */
  readonly foreign: ImageSource | null;
  /** Policy kind to sweep; null: the kind that a bundle was calibrated with, and patience. */
  readonly policy: PolicyKind | null;
  /** File with the names of the classes, in the order of the outputs; null: as the bundles say. */
  readonly classNames: string | null;
  /** Fractions of the MACs. */
  readonly budgets: readonly number[];
  /** Mean milliseconds per image. */
  readonly timeBudgets: readonly number[];
  /** What stages cost on a device; null where no times are reported. */
  readonly times: BundleTimesOptions | null;
  /** Images that run together. */
  readonly batch: number;
  readonly title: string;
  /** Folder for report.json and report.html. */
  readonly out: string;
  readonly overwrite: boolean;
  /** `.npy` file for the raw logits `[exits, rows, classes]`; with several bundles, one file each; null for none. */
  readonly saveLogits: string | null;
  readonly runtime: RuntimeOptions;
  /** The command line, for the report's provenance. */
  readonly command: string;
}

/**
 * @throws InvalidBundleError, InvalidDataError for what cannot be evaluated; AbortedError once the signal has fired.
 * @returns the report, as it was written.
 */
export async function evaluateJob(options: EvaluateOptions, context: JobContext): Promise<EvaluationReport> {
  await assertOutputFolder(options.out, { overwrite: options.overwrite });
  if (options.saveLogits !== null) await assertWritablePlace(dirname(options.saveLogits));
  const runtime = await loadRuntime({ ...options.runtime, onNote: context.onNote });
  const openShared = sharedImages(options.classNames, context);
  const labels = bundleLabels(
    await Promise.all(options.bundles.map(async (folder) => ({ folder, method: await bundleMethod(folder) }))),
  );
  const evaluated: EvaluatedBundle[] = [];
  const cautions = new Set<string>();
  const hash = hashedOnce(context);
  for (const [index, folder] of options.bundles.entries()) {
    await using bundle = await loadBundleFolder(folder, runtime);
    const label = labels[index] as string;
    const times = options.times === null ? null : await bundleTimes(bundle, options.times, runtime);
    const images = await openShared(options.data, bundle);
    const calibrationImages = options.calibration === null ? null : await openShared(options.calibration, bundle);
    for (const [kind, data] of [['reported', images] as const, ['calibration', calibrationImages] as const]) {
      const caution = data === null ? null : missingClassesCaution(kind, data, bundle.manifest.classes);
      if (caution !== null) cautions.add(caution);
    }
    const { manifest } = bundle;
    const overlaps = await checkOverlaps({
      folder,
      manifest,
      reported: images,
      calibration: calibrationImages,
      hash,
    });
    for (const caution of overlaps.cautions) cautions.add(caution);
    const reported = await storedLogits(bundle, images, options.batch, context);
    const calibration =
      calibrationImages === null ? null : await storedLogits(bundle, calibrationImages, options.batch, context);
    const foreign =
      options.foreign === null
        ? null
        : await collectLogits(bundle, await openShared(options.foreign, bundle), options.batch, context);
    evaluated.push({
      folder,
      manifest,
      settings: overlaps.settings,
      images,
      methods: reportBundle({ ...options, bundle, label, reported, calibration, foreign, times }),
      references: referencePoints(bundle, reported),
    });
    if (options.saveLogits !== null) await saveLogits(options.saveLogits, labels, index, reported, images.rows);
  }
  for (const caution of cautions) context.onNote(caution);
  const report = await createReport(options, { evaluated, cautions: [...cautions], runtime: runtime.name });
  // The chart library takes longer to load than everything else, so other commands do not load it.
  const { renderReport } = await import('../../report/index.ts');
  await writeOutputFolder(
    options.out,
    new Map([
      ['report.json', new TextEncoder().encode(`${JSON.stringify(report, null, 1)}\n`)],
      ['report.html', new TextEncoder().encode(renderReport(report))],
    ]),
    { overwrite: options.overwrite, signal: context.signal },
  );
  return report;
}

interface EvaluatedBundle {
  readonly folder: string;
  readonly manifest: BundleManifest;
  readonly images: LabelledData;
  readonly methods: readonly MethodReport[];
  readonly references: readonly ReferencePoint[];
  readonly settings: SettingsOrigin;
}

/** Contents of a report. */
interface Measured {
  readonly evaluated: readonly EvaluatedBundle[];
  readonly cautions: readonly string[];
  readonly runtime: string;
}

/** Opens each data set once for all bundles that need it in the same form. */
function sharedImages(
  classNames: string | null,
  context: JobContext,
): (source: ImageSource, bundle: RunnableBundle) => Promise<LabelledData> {
  const opened = new Map<string, Promise<LabelledData>>();
  return async (source, bundle) => {
    const preprocessing = preprocessingOf(bundle);
    const { height, width, channels, resize } = preprocessing;
    const network = await withClassNames(classesOf(bundle), classNames);
    const { classes, labels } = network;
    const key = JSON.stringify([source, height, width, channels, resize, classes, labels]);
    const images = opened.get(key) ?? openImages({ ...source, preprocessing, network }, context);
    opened.set(key, images);
    return images;
  };
}

/** Hashes the rows of a data set once for all bundles. */
function hashedOnce(context: JobContext): (data: LabelledData) => Promise<SeenRows> {
  const hashed = new Map<LabelledData, Promise<SeenRows>>();
  return (data) => {
    const rows = hashed.get(data) ?? hashForJob(data, context);
    hashed.set(data, rows);
    return rows;
  };
}

async function storedLogits(
  bundle: RunnableBundle,
  images: LabelledData,
  batch: number,
  context: JobContext,
): Promise<StoredLogits> {
  if (images.labels === null) {
    throw new InvalidDataError(
      `Expected labelled images; ${images.name} has no labels. Sort the images into one folder per class.`,
    );
  }
  return { logits: await collectLogits(bundle, images, batch, context), labels: images.labels };
}

async function createReport(
  options: EvaluateOptions,
  { evaluated, cautions, runtime }: Measured,
): Promise<EvaluationReport> {
  const names = options.classNames === null ? null : await readClassNames(options.classNames);
  const [first] = evaluated;
  if (first === undefined) throw new InvalidInputError('Expected at least one bundle. Give the folder of a bundle.');
  const references = new Map(
    evaluated.flatMap((bundle) => bundle.references).map((point) => [JSON.stringify(point), point]),
  );
  return createEvaluationReport({
    title: options.title,
    rows: first.images.rows,
    classes: first.manifest.classes,
    labels: names ?? first.manifest.labels ?? first.images.classNames,
    references: [...references.values()],
    methods: evaluated.flatMap((bundle) => bundle.methods),
    skipped: first.images.skipped,
    ...(cautions.length > 0 && { cautions }),
    settingsOrigin: commonOrigin(evaluated.map(({ settings }) => settings)),
    provenance: {
      command: options.command,
      data: first.images.name,
      rows: options.data.rows ?? 'all',
      runtime,
      versions: { ztw: packageJson.version, node: process.version },
      bundles: evaluated.map(({ folder, manifest }) => ({ folder, method: manifest.method, ...manifest.provenance })),
    },
  });
}

/** Writes `[exits, rows, classes]`; with several bundles each gets its label in the file's name. */
async function saveLogits(
  path: string,
  labels: readonly string[],
  index: number,
  { logits }: StoredLogits,
  rows: number,
): Promise<void> {
  const all = new Float32Array(logits.reduce((sum, values) => sum + values.length, 0));
  logits.reduce((offset, values) => {
    all.set(values, offset);
    return offset + values.length;
  }, 0);
  const bytes = writeNpy(all, [logits.length, rows, (logits[0]?.length ?? 0) / rows]);
  const extension = extname(path);
  const suffix = labels.length === 1 ? '' : `-${(labels[index] ?? '').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
  const name = `${basename(path, extension)}${suffix}${extension}`;
  await writeOutputFile(join(dirname(path), name), bytes, { overwrite: true });
}
