// One pass: every batch of rows goes through consecutive segments. Only what ICs are trained on, what the next pass
// reads, and the backbone's own logits are stored.

import { RuntimeFailureError } from '@ztw/core';
import { type FeatureRows, rowSize, type SegmentOutput } from '@ztw/core/runtime';
import type { FeatureStore } from '../features/feature-store.ts';
import type { Pass } from '../features/plan-passes.ts';
import type { RowBatch, RowPlan } from '../features/row-plan.ts';
import type { PassRecord } from './pass-record.ts';
import { openPassStores, type PassStores, type StoreWishes } from './pass-stores.ts';
import { readInput } from './training-job.ts';
import type { FeaturesProgress } from './training-progress.ts';
import type { TrainingRun } from './training-run.ts';
import { valueAt } from './value-at.ts';
import { segmentUnits } from './work-estimate.ts';

/** Counts the rows through the segments. */
export interface SweepStatistics {
  /** Training rows (including copies) through each segment, in this process. */
  readonly trainRowsThrough: number[];
  spilledBytes: number;
}

export interface PassTask {
  readonly kind: FeaturesProgress['pass'];
  readonly pass: Pass;
  /** Of all passes of this kind, from 1. */
  readonly number: number;
  readonly passes: number;
  readonly plan: RowPlan;
  readonly wishes: StoreWishes;
  /** Tensors that cross the cut before the pass; null for a pass that reads the input. They are freed on the way. */
  readonly before: readonly FeatureStore[] | null;
  /** Where finished rows are recorded; null: nowhere. */
  readonly record: PassRecord | null;
  readonly statistics: SweepStatistics;
}

/**
 * Runs all planned rows through the segments of a pass.
 * @throws RuntimeFailureError if the output of a segment does not match its description.
 */
export async function runPass(run: TrainingRun, task: PassTask): Promise<PassStores> {
  const { job } = run;
  const { kind, pass, number, passes, plan, wishes, before, record, statistics } = task;
  const { rows } = plan;
  job.backbone.holdSegments?.(pass.first, pass.last);
  const stores = openPassStores(run, { name: kind, pass, rows, wishes, recorded: record });
  const done = (await record?.restore(stores)) ?? 0;
  for (const batch of plan.batches) {
    const end = batch.start + batch.rows;
    if (end <= done) {
      for (const segment of segmentsOf(run, task, batch))
        run.meter.skip('features', batch.rows * segmentUnits(job, segment));
      continue;
    }
    await runBatch(run, task, stores, batch, Math.max(0, done - batch.start));
    for (const store of before ?? []) await store.releaseBefore(end);
    const event = { pass: kind, number, passes, cut: pass.last, cuts: job.cuts, rowsDone: end, rowsTotal: rows };
    run.report({ kind: 'features', ...event });
    if (await record?.save(stores, end)) run.report({ kind: 'checkpoint', cut: 0, cuts: job.cuts, epoch: 0 });
    await run.breathe();
  }
  for (const store of before ?? []) await release(store, statistics);
  return stores;
}

/** Frees a store and counts what it spilled. */
export async function release(store: FeatureStore, statistics: SweepStatistics): Promise<void> {
  statistics.spilledBytes += store.spilledBytes();
  await store.dispose();
}

/** The segments that a batch runs through: the last one only where the backbone's own logits are needed. */
function segmentsOf({ job }: TrainingRun, { pass, wishes }: PassTask, batch: RowBatch): readonly number[] {
  const wantsLogits = wishes.logitsFrom !== null && batch.start >= wishes.logitsFrom;
  const last = wantsLogits ? pass.last : Math.min(pass.last, job.cuts - 1);
  return Array.from({ length: last - pass.first + 1 }, (_, index) => pass.first + index);
}

/** @param skip Rows at the start of the batch that are stored already. */
async function runBatch(
  run: TrainingRun,
  task: PassTask,
  stores: PassStores,
  batch: RowBatch,
  skip: number,
): Promise<void> {
  const { job, meter } = run;
  const { before, statistics } = task;
  let start = performance.now();
  let inputs: readonly FeatureRows[] =
    before === null
      ? [await readInput(job, batch)]
      : await Promise.all(before.map((store) => store.readRange(batch.start, batch.rows)));
  for (const segment of segmentsOf(run, task, batch)) {
    const output = await job.backbone.runSegment(segment, inputs, batch.rows);
    checkOutput(run, output, segment, batch.rows);
    await stores.append(segment, output, batch, skip);
    inputs = output.boundary;
    if (batch.copy !== null) {
      statistics.trainRowsThrough[segment] = (statistics.trainRowsThrough[segment] ?? 0) + batch.rows;
    }
    meter.add('features', batch.rows * segmentUnits(job, segment), (performance.now() - start) / 1000);
    await run.breathe();
    start = performance.now();
  }
}

function checkOutput({ job }: TrainingRun, output: SegmentOutput, segment: number, rows: number): void {
  if (segment === job.cuts) {
    const expected = rows * job.classes;
    if (output.logits?.length === expected) return;
    throw new RuntimeFailureError(
      `Expected ${rows} x ${job.classes} logits of the backbone's last segment; received ${output.logits?.length ?? 'none'}.`,
      { expected, received: output.logits?.length ?? null },
    );
  }
  const { boundaryShapes, cachedShape } = valueAt(job.backbone.cuts, segment);
  const boundaryElements = boundaryShapes.map(rowSize);
  const cachedElements = rowSize(cachedShape);
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
