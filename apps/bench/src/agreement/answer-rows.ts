import { classify, confidenceThreshold, lastPrediction, type StagedModel } from '@ztw/core';
import { denseInput, rowSize } from '@ztw/core/runtime';
import { ensembleFromSpecification } from '@ztw/ensemble';
import type { AgreementJob, Answers } from './agreement-job.ts';

/** Rows that run together. */
const batchSize = 50;

/**
 * Classifies rows live, and disposes the model.
 * @param data `[rows, ...rowShape of the dense input]`
 */
export async function answerRows(
  model: StagedModel,
  { ensemble, threshold, classes, inputs }: AgreementJob,
  data: Float32Array,
): Promise<Answers> {
  const rows = data.length / rowSize(denseInput({ inputs }).rowShape);
  const start = performance.now();
  const { results } = await classify(
    model,
    { data, rows },
    {
      policy: confidenceThreshold(threshold),
      ensemble: ensemble === null ? lastPrediction() : ensembleFromSpecification(ensemble),
      batchSize,
    },
  );
  const seconds = (performance.now() - start) / 1000;
  await model[Symbol.asyncDispose]();
  return {
    exits: results.map(({ exitIndex }) => exitIndex),
    probabilities: results.flatMap(({ probabilities }) => [...probabilities.subarray(0, classes)]),
    seconds,
  };
}
