// One pass through all cuts: moves features forward, trains ICs, frees earlier features.

import { argMax } from '@ztw/core';
import type { FinishedCut, ResumePoint, TrainLogits } from '../checkpoint/resume-point.ts';
import type { TrainingCheckpoint } from '../checkpoint/training-checkpoint.ts';
import { createRowPlan, type RowPlan } from '../features/row-plan.ts';
import { advanceToCut, type CutFeatures, dropCache, finalLogits, type SweepStatistics } from './cut-features.ts';
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

/**
 * Trains everything that the resume point does not hold yet.
 * The features up to the first cut to train are computed again. Nothing depends on the scratch store of an earlier
 * process.
 */
export async function sweep(
  run: TrainingRun,
  checkpoint: TrainingCheckpoint | null,
  resume: ResumePoint | null,
  statistics: SweepStatistics,
): Promise<SweepOutcome> {
  const { job } = run;
  const finished: FinishedCut[] = [...(resume?.finished ?? [])];
  const stepMilliseconds = finished.map(() => job.variants.map(() => null as number | null));
  const done = resume?.finalLogits ?? null;
  if (done !== null) {
    return { finished, finalLogits: done, stepMilliseconds };
  }
  const heldOutRows = job.heldOut?.rows ?? 0;
  const batchRows = job.backbone.preferredBatch;
  const plan =
    finished.length < job.cuts || job.wantNetworkLogits
      ? createRowPlan(job.data.rows, job.data.copies, heldOutRows, batchRows)
      : createRowPlan(0, 0, heldOutRows, batchRows);
  const teacherLogits =
    job.usesTeacher && finished.length < job.cuts
      ? (resume?.teacherLogits ?? (await collectTeacherLogits(run, checkpoint, statistics)))
      : null;
  const options = { plan, pass: 'sweep', name: 'sweep', statistics } as const;

  let features: CutFeatures | null = null;
  const { previousNetwork } = job;
  const ofPreviousNetwork = previousNetwork && job.variants.map(() => previousNetwork.training);
  let trainLogits: TrainLogits | null = resume?.trainLogits ?? ofPreviousNetwork;
  for (let cut = 0; cut < job.cuts; cut++) {
    const isFinished = cut < finished.length;
    features = await advanceToCut(run, options, cut, features, !isFinished);
    if (isFinished || features.cached === null) {
      continue;
    }
    const resumed = resume?.state?.cut === cut ? resume.state : null;
    const trained = await trainCut(run, {
      cut,
      plan,
      cached: features.cached,
      previousTrainLogits: trainLogits,
      previousHeldOutLogits: job.variants.map(
        (_, index) => finished[cut - 1]?.ics[index]?.heldOutLogits ?? previousNetwork?.heldOut ?? null,
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
    features = await dropCache(features, statistics);
  }
  const logits = await finalLogits(run, options, features, ({ copy }) => copy === null || job.wantNetworkLogits);
  await checkpoint?.saveFinal(logits);
  return { finished, finalLogits: logits, stepMilliseconds };
}

/** The backbone's own logits on every copy of the training rows: one more pass, before the sweep. */
async function collectTeacherLogits(
  run: TrainingRun,
  checkpoint: TrainingCheckpoint | null,
  statistics: SweepStatistics,
): Promise<Float32Array> {
  const { data, backbone, cuts } = run.job;
  const plan: RowPlan = createRowPlan(data.rows, data.copies, 0, backbone.preferredBatch);
  const options = { plan, pass: 'teacher', name: 'teacher', statistics } as const;
  let features: CutFeatures | null = null;
  for (let cut = 0; cut < cuts; cut++) {
    features = await advanceToCut(run, options, cut, features, false);
  }
  const logits = await finalLogits(run, options, features, () => true);
  await checkpoint?.saveTeacher(logits);
  return logits;
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
