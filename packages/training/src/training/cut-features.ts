// The sweep: moves the features of all planned rows forward, one segment at a time.

import { RuntimeFailureError } from '@ztw/core';
import { type FeatureRows, rowSize, type SegmentOutput } from '@ztw/core/runtime';
import { createFeatureStore, type FeatureStore } from '../features/feature-store.ts';
import type { RowBatch, RowPlan } from '../features/row-plan.ts';
import { readInput } from './training-job.ts';
import type { FeaturesProgress } from './training-progress.ts';
import type { TrainingRun } from './training-run.ts';
import { valueAt } from './value-at.ts';
import { segmentUnits } from './work-estimate.ts';

/** Features at one cut. */
export interface CutFeatures {
  /** The input of the next segment: one store, or two inside a residual block. */
  readonly boundary: readonly FeatureStore[];
  /** The features for ICs: a separate store, the first boundary store, or null if no IC is trained here. */
  readonly cached: FeatureStore | null;
}

/** Counts the rows through the segments. */
export interface SweepStatistics {
  /** Training rows (including copies) through each segment, in this process. */
  readonly trainRowsThrough: number[];
  spilledBytes: number;
}

export interface SweepOptions {
  readonly plan: RowPlan;
  readonly pass: FeaturesProgress['pass'];
  /** Prefix of the names of its stores. */
  readonly name: string;
  readonly statistics: SweepStatistics;
}

/**
 * Runs segment `cut` on all rows and frees the features of the previous cut on the way.
 * @param before Features at the previous cut; null for the first segment, which reads the input.
 * @param wantCached Whether an IC will be trained at this cut.
 * @throws RuntimeFailureError if the output of the segment does not match its description.
 */
export async function advanceToCut(
  run: TrainingRun,
  sweep: SweepOptions,
  cut: number,
  before: CutFeatures | null,
  wantCached: boolean,
): Promise<CutFeatures> {
  const { budget, scratch } = run;
  const { backbone } = run.job;
  const { plan } = sweep;
  const description = valueAt(backbone.cuts, cut);
  const open = (name: string, elements: number, leaving: number): FeatureStore =>
    createFeatureStore({
      name: `${sweep.name}/cut-${cut}/${name}`,
      rows: plan.rows,
      rowElements: elements,
      precision: backbone.precision,
      budget,
      leaving,
      scratch,
    });
  // The features for ICs are read in every epoch, boundaries only once. So the former have priority in memory.
  const cacheBytes = separateCacheBytes(run, plan);
  const boundary = description.boundaryShapes.map((shape, index) =>
    open(`boundary-${index}`, rowSize(shape), wantCached ? Math.min(cacheBytes, budget.limit) : 0),
  );
  let cached: FeatureStore | null = null;
  await forEachBatch(run, sweep, cut, before, plan.batches, async (batch, output) => {
    checkOutput(output, cut, batch.rows, description.boundaryShapes.map(rowSize), rowSize(description.cachedShape));
    for (const [index, store] of boundary.entries()) {
      await store.append(output.boundary[index] as FeatureRows);
    }
    if (wantCached && output.cached !== null) {
      cached ??= open('cached', rowSize(description.cachedShape), 0);
      await cached.append(output.cached);
    }
  });
  await release(before, sweep.statistics);
  return { boundary, cached: wantCached ? (cached ?? boundary[0] ?? null) : null };
}

/**
 * Runs the last segment on some batches of the plan.
 * @param wanted The batches; their rows must be consecutive.
 * @returns the backbone's own logits `[rows of these batches, classes]`
 */
export async function finalLogits(
  run: TrainingRun,
  sweep: SweepOptions,
  before: CutFeatures | null,
  wanted: (batch: RowBatch) => boolean,
): Promise<Float32Array> {
  const { classes, cuts } = run.job;
  const batches = sweep.plan.batches.filter(wanted);
  const first = batches[0]?.start ?? 0;
  const logits = new Float32Array(batches.reduce((sum, { rows }) => sum + rows, 0) * classes);
  await forEachBatch(run, sweep, cuts, before, batches, async (batch, output) => {
    if (output.logits?.length !== batch.rows * classes) {
      throw new RuntimeFailureError(
        `Expected ${batch.rows} x ${classes} logits of the backbone's last segment; received ${output.logits?.length ?? 'none'}.`,
        { expected: batch.rows * classes, received: output.logits?.length ?? null },
      );
    }
    logits.set(output.logits, (batch.start - first) * classes);
  });
  await release(before, sweep.statistics);
  return logits;
}

/** Frees the stores of a cut. */
async function release(features: CutFeatures | null, statistics: SweepStatistics): Promise<void> {
  if (features === null) {
    return;
  }
  for (const store of new Set([...features.boundary, ...(features.cached === null ? [] : [features.cached])])) {
    statistics.spilledBytes += store.spilledBytes();
    await store.dispose();
  }
}

/** Frees the features for ICs, unless they are the boundary itself. */
export async function dropCache(features: CutFeatures, statistics: SweepStatistics): Promise<CutFeatures> {
  const { boundary, cached } = features;
  if (cached !== null && cached !== boundary[0]) {
    await release({ boundary: [], cached }, statistics);
  }
  return { boundary, cached: null };
}

async function forEachBatch(
  run: TrainingRun,
  { pass, statistics }: SweepOptions,
  segment: number,
  before: CutFeatures | null,
  batches: readonly RowBatch[],
  use: (batch: RowBatch, output: SegmentOutput) => Promise<void>,
): Promise<void> {
  const { job, meter } = run;
  const rowsTotal = batches.reduce((sum, { rows }) => sum + rows, 0);
  let rowsDone = 0;
  for (const batch of batches) {
    const start = performance.now();
    const inputs =
      before === null
        ? [await readInput(job, batch)]
        : await Promise.all(before.boundary.map((store) => store.readRange(batch.start, batch.rows)));
    const output = await job.backbone.runSegment(segment, inputs, batch.rows);
    await use(batch, output);
    for (const store of before?.boundary ?? []) {
      await store.releaseBefore(batch.start + batch.rows);
    }
    rowsDone += batch.rows;
    if (batch.copy !== null) {
      statistics.trainRowsThrough[segment] = (statistics.trainRowsThrough[segment] ?? 0) + batch.rows;
    }
    meter.add('features', batch.rows * segmentUnits(job, segment), (performance.now() - start) / 1000);
    run.report({ kind: 'features', pass, cut: segment, cuts: job.cuts, rowsDone, rowsTotal });
    await run.breathe();
  }
}

/** Maximum over the cuts of the bytes of a cache separate from its boundary. */
function separateCacheBytes({ job }: TrainingRun, plan: RowPlan): number {
  const { cuts, precision } = job.backbone;
  const bytes = precision === 'float16' ? 2 : 4;
  const elements = cuts.map(({ boundaryShapes, cachedShape }) =>
    rowSize(cachedShape) === rowSize(boundaryShapes[0] ?? []) ? 0 : rowSize(cachedShape),
  );
  return plan.rows * bytes * Math.max(0, ...elements);
}

function checkOutput(
  output: SegmentOutput,
  segment: number,
  rows: number,
  boundaryElements: readonly number[],
  cachedElements: number,
): void {
  const fits =
    output.boundary.length === boundaryElements.length &&
    output.boundary.every((values, index) => values.length === rows * (boundaryElements[index] ?? 0)) &&
    (output.cached ?? output.boundary[0])?.length === rows * cachedElements;
  if (!fits) {
    throw new RuntimeFailureError(
      `Expected ${rows} rows of ${boundaryElements.join(' and ')} values, and ${cachedElements} to cache, of segment ${segment}; received ` +
        `${output.boundary.map((values) => values.length).join(' and ')} values, and ${output.cached?.length ?? 'none'} to cache.`,
    );
  }
}
