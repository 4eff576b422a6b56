// What a sweep has to do: which rows go through which segments, in how many passes.

import { rowSize } from '@ztw/core/runtime';
import { splitPrefix } from '@ztw/heads';
import type { ResumePoint } from '../checkpoint/resume-point.ts';
import { bytesPerValue } from '../features/feature-store.ts';
import { type CutBytes, type PassPlan, planPasses } from '../features/plan-passes.ts';
import { createRowPlan, type RowPlan } from '../features/row-plan.ts';
import type { TrainingJob } from './training-job.ts';

export interface SweepPlan extends PassPlan {
  readonly rows: RowPlan;
  /** Position of the first row whose logits of the backbone the last pass stores. */
  readonly logitsFrom: number;
  /** Whether the last pass gives the teacher's logits, so that no pass of their own is needed. */
  readonly givesTeacher: boolean;
}

/**
 * Plans what a resume point leaves to do.
 * @param isRecorded Whether the resume point's record of features will be used. It holds one pass over all segments.
 */
export function planSweep(
  job: TrainingJob,
  resume: ResumePoint | null,
  { isRecorded, memoryLimit }: { readonly isRecorded: boolean; readonly memoryLimit: number },
): SweepPlan {
  const { data, heldOut, backbone, cuts } = job;
  const finished = resume?.finished.length ?? 0;
  const needsTraining = finished < cuts || job.wantNetworkLogits || isRecorded;
  const rows = createRowPlan(
    needsTraining ? data.rows : 0,
    needsTraining ? data.copies : 0,
    heldOut?.rows ?? 0,
    backbone.preferredBatch,
  );
  const trained = rows.trainRows * rows.copies;
  const bytes = backbone.cuts.map((_, cut) => cutBytes(job, cut, cut >= finished));
  const wantedRows = job.wantNetworkLogits || job.usesTeacher ? rows.rows : rows.heldOutRows;
  const { passes, peakBytes } = planPasses({
    rows: rows.rows,
    cuts: bytes,
    logitsBytes: wantedRows * job.classes * bytesPerValue('float32'),
    memoryLimit: isRecorded ? Number.POSITIVE_INFINITY : memoryLimit,
  });
  const givesTeacher = job.usesTeacher && passes.length === 1;
  return { rows, passes, peakBytes, givesTeacher, logitsFrom: job.wantNetworkLogits || givesTeacher ? 0 : trained };
}

function cutBytes({ backbone, variants }: TrainingJob, cut: number, isTrained: boolean): CutBytes {
  const { boundaryShapes = [], cachedShape = [] } = backbone.cuts[cut] ?? {};
  const size = bytesPerValue(backbone.precision);
  // All variants begin with the same prefix.
  const head = variants[0]?.heads[cut]?.specification;
  return {
    boundary: boundaryShapes.reduce((sum, shape) => sum + rowSize(shape), 0) * size,
    cached: isTrained ? rowSize(cachedShape) * size : 0,
    isBoundary: head !== undefined && splitPrefix(head).prefix.length === 0,
  };
}
