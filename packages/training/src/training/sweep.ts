// One sweep through all cuts: passes of the rows through the backbone, and after each pass the training of its ICs.

import { argMax } from '@ztw/core';
import type { FinishedCut, ResumePoint, TrainLogits } from '../checkpoint/resume-point.ts';
import type { TrainingCheckpoint } from '../checkpoint/training-checkpoint.ts';
import { createRowPlan } from '../features/row-plan.ts';
import type { PassRecord } from './pass-record.ts';
import type { PassStores } from './pass-stores.ts';
import { release, runPass, type SweepStatistics } from './run-pass.ts';
import type { SweepPlan } from './sweep-plan.ts';
import { trainCut } from './train-cut.ts';
import type { CutDoneProgress } from './training-progress.ts';
import type { TrainingRun, WithoutProgress } from './training-run.ts';

/** The result of a sweep. */
export interface SweepOutcome {
  readonly finished: readonly FinishedCut[];
  /**
   * The backbone's own logits on the held-out rows, `[heldOut.rows, classes]`. If requested, those on the training rows
   * come first: `[copies * rows + heldOut.rows, classes]`.
   */
  readonly finalLogits: Float32Array;
  /** Milliseconds per step, per cut and variant; null if this process made no step. */
  readonly stepMilliseconds: readonly (readonly (number | null)[])[];
}

/** Where a sweep begins, and what it writes to. */
export interface SweepOptions {
  readonly plan: SweepPlan;
  readonly checkpoint: TrainingCheckpoint | null;
  readonly resume: ResumePoint | null;
  /** Records a pass over all segments; null: a later process computes the features again. */
  readonly record: PassRecord | null;
  readonly statistics: SweepStatistics;
}

/** Trains everything that the resume point does not hold yet. */
export async function sweep(run: TrainingRun, options: SweepOptions): Promise<SweepOutcome> {
  const { job } = run;
  const { plan, checkpoint, resume, record, statistics } = options;
  const finished: FinishedCut[] = [...(resume?.finished ?? [])];
  const stepMilliseconds = finished.map(() => job.variants.map(() => null as number | null));
  const done = resume?.finalLogits ?? null;
  if (done !== null) {
    return { finished, finalLogits: done, stepMilliseconds };
  }
  const trainedBefore = finished.length;
  const needsTeacher = job.usesTeacher && trainedBefore < job.cuts;
  let teacherLogits =
    needsTeacher && !plan.givesTeacher
      ? (resume?.teacherLogits ?? (await collectTeacherLogits(run, checkpoint, statistics)))
      : null;
  const { previousNetwork } = job;
  let trainLogits: TrainLogits | null =
    resume?.trainLogits ?? (previousNetwork && job.variants.map(() => previousNetwork.training));

  let stores: PassStores | null = null;
  for (const [index, pass] of plan.passes.entries()) {
    stores = await runPass(run, {
      kind: 'sweep',
      pass,
      number: index + 1,
      passes: plan.passes.length,
      plan: plan.rows,
      wishes: { cached: (cut) => cut >= trainedBefore, logitsFrom: plan.logitsFrom },
      before: stores?.boundary ?? null,
      record,
      statistics,
    });
    if (needsTeacher && plan.givesTeacher) {
      teacherLogits = await readLogits(stores, 0, plan.rows.trainRows * plan.rows.copies);
    }
    for (let cut = Math.max(pass.first, trainedBefore); cut <= Math.min(pass.last, job.cuts - 1); cut++) {
      const cached = stores.cached(cut);
      if (cached === null) throw new Error(`internal: nothing is stored at cut ${cut}`);
      const resumed = resume?.state?.cut === cut ? resume.state : null;
      const trained = await trainCut(run, {
        cut,
        plan: plan.rows,
        cached,
        previousTrainLogits: trainLogits,
        previousHeldOutLogits: job.variants.map(
          (_, variant) => finished[cut - 1]?.ics[variant]?.heldOutLogits ?? previousNetwork?.heldOut ?? null,
        ),
        teacherLogits,
        resumed,
        async save(state) {
          if (checkpoint !== null) {
            await checkpoint.saveState(state);
            run.report({ kind: 'checkpoint', cut, cuts: job.cuts, epoch: state.epoch });
          }
        },
      });
      finished.push(trained.finished);
      stepMilliseconds.push([...trained.stepMilliseconds]);
      trainLogits = trained.trainLogits;
      if (checkpoint !== null) {
        await checkpoint.saveCut(cut, trained.finished, trainLogits);
        run.report({ kind: 'checkpoint', cut: cut + 1, cuts: job.cuts, epoch: 0 });
      }
      run.report(cutDone(run, cut, trained.finished));
      if (!stores.boundary.includes(cached)) await release(cached, statistics);
    }
  }
  const first = job.wantNetworkLogits ? 0 : plan.rows.trainRows * plan.rows.copies;
  const logits = await readLogits(stores, first, plan.rows.rows - first);
  await checkpoint?.saveFinal(logits);
  if (stores?.logits != null) await release(stores.logits, statistics);
  return { finished, finalLogits: logits, stepMilliseconds };
}

/** The backbone's own logits on every copy of the training rows: one more pass, before the sweep. */
async function collectTeacherLogits(
  run: TrainingRun,
  checkpoint: TrainingCheckpoint | null,
  statistics: SweepStatistics,
): Promise<Float32Array> {
  const { data, backbone, cuts } = run.job;
  const plan = createRowPlan(data.rows, data.copies, 0, backbone.preferredBatch);
  const stores = await runPass(run, {
    kind: 'teacher',
    pass: { first: 0, last: cuts },
    number: 1,
    passes: 1,
    plan,
    wishes: { cached: () => false, logitsFrom: 0 },
    before: null,
    record: null,
    statistics,
  });
  const logits = await readLogits(stores, 0, plan.rows);
  if (stores.logits !== null) await release(stores.logits, statistics);
  await checkpoint?.saveTeacher(logits);
  return logits;
}

/** @returns logits of the backbone on some planned rows, `[rows, classes]`. */
async function readLogits(stores: PassStores | null, start: number, rows: number): Promise<Float32Array> {
  if (stores === null || stores.logits === null) throw new Error('internal: the logits of the backbone are not stored');
  return (await stores.logits.readRange(start, rows)) as Float32Array;
}

function cutDone({ job }: TrainingRun, cut: number, { ics }: FinishedCut): WithoutProgress<CutDoneProgress> {
  return {
    kind: 'cut-done',
    cut,
    cuts: job.cuts,
    variants: ics.map(({ trainLoss, trainAccuracy, heldOutLogits }, index) => ({
      name: job.variants[index]?.name ?? '',
      trainLoss,
      trainAccuracy,
      heldOutAccuracy: job.heldOut?.labels ? accuracyOf(heldOutLogits, job.heldOut.labels, job.classes) : null,
    })),
  };
}

function accuracyOf(logits: Float32Array, labels: Int32Array, classes: number): number {
  let correct = 0;
  labels.forEach((label, row) => {
    correct += argMax(logits, row * classes, classes) === label ? 1 : 0;
  });
  return correct / labels.length;
}
