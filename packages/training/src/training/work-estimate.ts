import { rowSize } from '@ztw/core/runtime';
import type { ResumePoint } from '../checkpoint/resume-point.ts';
import type { TrainingJob } from './training-job.ts';
import type { WorkKind, WorkMeter } from './work-meter.ts';

/** Fixed cost of a row, and cost of moving one value, in multiply-accumulates. */
const perRow = 20_000;
const perValue = 10;

/** Work of one row through one segment. */
export function segmentUnits({ backbone, cuts }: TrainingJob, segment: number): number {
  const before = backbone.cuts[segment - 1]?.cumulativeMacs ?? 0;
  const after = segment === cuts ? backbone.backboneMacs : (backbone.cuts[segment]?.cumulativeMacs ?? before);
  return Math.max(0, after - before) + perRow;
}

/** Work of one row in the forward pass of one IC of every variant. */
export function logitsUnits({ backbone, variants }: TrainingJob, cut: number): number {
  const values = rowSize(backbone.cuts[cut]?.cachedShape ?? []);
  return perRow + values * perValue + variants.reduce((sum, { heads }) => sum + (heads[cut]?.macs ?? 0), 0);
}

/**
 * Work of one row in one optimiser step of every variant: the forward pass, and twice as much for the backward pass.
 */
export function stepUnits(job: TrainingJob, cut: number): number {
  return 3 * logitsUnits(job, cut);
}

/** All work of the job, without a resume. */
export function totalUnits(job: TrainingJob): Readonly<Record<WorkKind, number>> {
  const { data, heldOut, recipe, cuts } = job;
  const heldOutRows = heldOut?.rows ?? 0;
  const trainRows = data.rows * data.copies;
  const finalRows = heldOutRows + (job.wantNetworkLogits ? trainRows : 0);
  const totals = { features: finalRows * segmentUnits(job, cuts), training: 0, logits: 0 };
  for (let cut = 0; cut < cuts; cut++) {
    totals.features += (trainRows + heldOutRows) * segmentUnits(job, cut);
    totals.training += data.rows * recipe.epochs * stepUnits(job, cut);
    totals.logits += (heldOutRows + (needsTrainLogits(job, cut) ? trainRows : 0)) * logitsUnits(job, cut);
  }
  if (job.usesTeacher) {
    for (let segment = 0; segment <= cuts; segment++) {
      totals.features += trainRows * segmentUnits(job, segment);
    }
  }
  return totals;
}

/** Whether an IC at the next cut reads this cut's logits on the training rows. */
export function needsTrainLogits(job: TrainingJob, cut: number): boolean {
  return job.variants.some(({ heads }) => heads[cut + 1]?.usesPreviousLogits === true);
}

/** Adds the work that a resume saves to the meter. */
export function skipFinishedWork(meter: WorkMeter, job: TrainingJob, resume: ResumePoint): void {
  const { data, heldOut, recipe, cuts } = job;
  const heldOutRows = heldOut?.rows ?? 0;
  const trainRows = data.rows * data.copies;
  const total = totalUnits(job);
  if (resume.finalLogits !== null) {
    for (const kind of ['features', 'training', 'logits'] as const) {
      meter.skip(kind, total[kind]);
    }
    return;
  }
  for (const [cut] of resume.finished.entries()) {
    meter.skip('training', data.rows * recipe.epochs * stepUnits(job, cut));
    meter.skip('logits', (heldOutRows + (needsTrainLogits(job, cut) ? trainRows : 0)) * logitsUnits(job, cut));
  }
  if (resume.state !== null) {
    const { cut, epoch, step } = resume.state;
    const rows = data.rows * epoch + Math.min(data.rows, step * recipe.batchSize);
    meter.skip('training', rows * stepUnits(job, cut));
  }
  const segments = Array.from({ length: cuts + 1 }, (_, segment) => segmentUnits(job, segment));
  if (resume.teacherLogits !== null) {
    meter.skip('features', trainRows * segments.reduce((sum, units) => sum + units, 0));
  }
  if (resume.finished.length === cuts && !job.wantNetworkLogits) {
    const pass = segments.slice(0, cuts).reduce((sum, units) => sum + units, 0);
    meter.skip('features', trainRows * pass);
  }
}
