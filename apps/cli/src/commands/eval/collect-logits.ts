import { runAllExits } from '@ztw/core';
import { preprocessingOf, type RunnableBundle } from '../../bundle/open-bundle.ts';
import { type LabelledData, toInput } from '../../data/index.ts';
import { rowBatches } from '../../images/row-batches.ts';
import type { JobContext } from '../../program/job-context.ts';

/**
 * Runs all exits of a bundle on all rows of a data set, batch by batch.
 * @returns one array per exit: `[rows, classes]` of raw logits.
 */
export async function collectLogits(
  bundle: RunnableBundle,
  images: LabelledData,
  batch: number,
  context: JobContext,
): Promise<readonly Float32Array[]> {
  const { model } = bundle;
  const preprocessing = preprocessingOf(bundle);
  const collected = model.stages.map(() => new Float32Array(images.rows * model.classes));
  let done = 0;
  for (const rows of rowBatches(images.rows, batch)) {
    const data = toInput(await images.pixels(rows), rows.length, preprocessing);
    const logits = await runAllExits(model, { data, rows: rows.length }, { batchSize: batch, signal: context.signal });
    logits.forEach((values, exit) => {
      collected[exit]?.set(values, done * model.classes);
    });
    done += rows.length;
    context.onProgress({
      phase: `Running ${bundle.folder} on ${images.name}`,
      done,
      total: images.rows,
      remainingSeconds: null,
      detail: null,
    });
  }
  return collected;
}
