import { type Parameter, rowSize } from '@ztw/core/runtime';
import { type Head, parameterShapes } from '@ztw/heads';
import type { SweepOutcome } from './sweep.ts';
import type { NetworkLogits, TrainedVariant } from './train-options.ts';
import type { PreparedHead, TrainingJob } from './training-job.ts';
import { valueAt } from './value-at.ts';

/** The result of every variant: whole heads, and logits on the held-out rows at every exit. */
export function trainedVariants(job: TrainingJob, outcome: SweepOutcome): readonly TrainedVariant[] {
  return job.variants.map(({ name, heads }, index) => {
    const ics = outcome.finished.map((cut) => valueAt(cut.ics, index));
    return {
      name,
      heads: ics.map(({ values }, cut) => headOf(valueAt(heads, cut), values)),
      heldOutLogits:
        job.heldOut === null
          ? []
          : [...ics.map(({ heldOutLogits }) => heldOutLogits), networkLogits(job, outcome).heldOut],
      trainAccuracy: ics.map(({ trainAccuracy }) => trainAccuracy),
      trainLoss: ics.map(({ trainLoss }) => trainLoss),
      stepMilliseconds: outcome.stepMilliseconds.map((ofCut) => valueAt(ofCut, index)),
    };
  });
}

/** The backbone's own logits on the training rows, if requested. */
export function networkLogits(job: TrainingJob, { finalLogits }: SweepOutcome): NetworkLogits {
  const start = job.wantNetworkLogits ? job.data.rows * job.data.copies * job.classes : 0;
  return { training: finalLogits.subarray(0, start), heldOut: finalLogits.subarray(start) };
}

/** Cuts a flat vector of values into the head's named parameters. */
function headOf(prepared: PreparedHead, values: Float32Array): Head {
  let offset = 0;
  const parameters = Object.entries(parameterShapes(prepared.trained)).map(([name, shape]): [string, Parameter] => {
    const data = values.slice(offset, offset + rowSize(shape));
    offset += data.length;
    return [name, { shape, data }];
  });
  return { specification: prepared.specification, parameters: Object.fromEntries(parameters) };
}
