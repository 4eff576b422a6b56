import { rowSize } from '@ztw/core/runtime';
import type { ResumePoint } from '../checkpoint/resume-point.ts';
import type { SweepPlan } from './sweep-plan.ts';
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
export function totalUnits(job: TrainingJob, plan: SweepPlan): Readonly<Record<WorkKind, number>> {
  const { data, heldOut, recipe, cuts } = job;
  const heldOutRows = heldOut?.rows ?? 0;
  const trainRows = data.rows * data.copies;
  const totals = { features: sweepUnits(job, plan, trainRows + heldOutRows), training: 0, logits: 0 };
  for (let cut = 0; cut < cuts; cut++) {
    totals.training += data.rows * recipe.epochs * stepUnits(job, cut);
    totals.logits += (heldOutRows + (needsTrainLogits(job, cut) ? trainRows : 0)) * logitsUnits(job, cut);
  }
  if (job.usesTeacher && !plan.givesTeacher) totals.features += trainRows * passUnits(job, cuts);
  return totals;
}

/** Work of the first rows of the plan in the sweep: training rows first, then held-out rows. */
function sweepUnits(job: TrainingJob, { givesTeacher }: SweepPlan, rows: number): number {
  const trainRows = Math.min(rows, job.data.rows * job.data.copies);
  const last = job.wantNetworkLogits || givesTeacher ? job.cuts : job.cuts - 1;
  return trainRows * passUnits(job, last) + (rows - trainRows) * passUnits(job, job.cuts);
}

/** Work of one row from the first segment to the last of a pass. */
function passUnits(job: TrainingJob, last: number): number {
  return Array.from({ length: last + 1 }, (_, segment) => segmentUnits(job, segment)).reduce(
    (sum, units) => sum + units,
    0,
  );
}

/** Whether an IC at the next cut reads this cut's logits on the training rows. */
export function needsTrainLogits(job: TrainingJob, cut: number): boolean {
  return job.variants.some(({ heads }) => heads[cut + 1]?.usesPreviousLogits === true);
}

/** Adds the work that a resume saves to the meter, but for recorded features, which may turn out to be damaged. */
export function skipFinishedWork(meter: WorkMeter, job: TrainingJob, plan: SweepPlan, resume: ResumePoint): void {
  const { data, heldOut, recipe, cuts } = job;
  const heldOutRows = heldOut?.rows ?? 0;
  const trainRows = data.rows * data.copies;
  const total = totalUnits(job, plan);
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
  const isTrained = resume.finished.length === cuts;
  if (job.usesTeacher && !plan.givesTeacher && (resume.teacherLogits !== null || isTrained)) {
    meter.skip('features', trainRows * passUnits(job, cuts));
  }
  if (plan.rows.trainRows === 0) meter.skip('features', sweepUnits(job, plan, trainRows));
}
