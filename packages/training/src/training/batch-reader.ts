import { type Activation, rowSize, takeRows } from '@ztw/core/runtime';
import { createFeatureDecoder } from '../features/feature-decoder.ts';
import { newFeatureRows } from '../features/feature-store.ts';
import type { BatchTargets } from '../loss/batch-loss.ts';
import type { CutTask } from './cut-task.ts';
import type { EpochOrder } from './random-order.ts';
import type { TrainingJob } from './training-job.ts';
import { valueAt } from './value-at.ts';

/** The input of one optimiser step. */
export interface TrainingBatch {
  readonly input: Activation;
  readonly targets: BatchTargets;
  /** Per variant, logits `[rows, classes]` of the previous IC; null for a head without cascade. */
  readonly previousLogits: readonly (Float32Array | null)[];
}

/** Makes a reader of the batches of one cut. A batch is valid until the next one is read. */
export function createBatchReader(
  job: TrainingJob,
  task: Pick<CutTask, 'cut' | 'plan' | 'cached' | 'previousTrainLogits' | 'teacherLogits'>,
): (order: EpochOrder, step: number) => Promise<TrainingBatch> {
  const { backbone, classes, data, recipe, variants } = job;
  const { cut, plan, cached, previousTrainLogits, teacherLogits } = task;
  const { cachedShape } = valueAt(backbone.cuts, cut);
  const elements = rowSize(cachedShape);
  const decoder = createFeatureDecoder(cachedShape);
  const buffer = newFeatureRows(backbone.precision, Math.min(recipe.batchSize, data.rows) * elements);
  const { labels } = data;
  return async (order, step) => {
    const first = step * recipe.batchSize;
    const rows = order.rows.subarray(first, first + recipe.batchSize);
    const positions = rows.map((row, index) => plan.positionOf(row, order.copies[first + index] as number));
    const stored = buffer.subarray(0, rows.length * elements);
    await cached.gather(positions, stored);
    return {
      input: decoder.decode(stored, rows.length),
      targets: {
        labels: labels && takeRows(labels, 1, rows),
        teacherLogits: teacherLogits && takeRows(teacherLogits, classes, positions),
      },
      previousLogits: variants.map(({ heads }, index) => {
        const previous = previousTrainLogits?.[index] ?? null;
        return valueAt(heads, cut).usesPreviousLogits ? previous && takeRows(previous, classes, positions) : null;
      }),
    };
  };
}
