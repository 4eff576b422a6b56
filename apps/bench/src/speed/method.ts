// A bundle in the race: its answers at every exit on the timed images, and the thresholds that follow from them.

import type { Bundle } from '@ztw/bundle';
import { runAllExits } from '@ztw/core';
import {
  chooseSettingsForShares,
  costsInMacs,
  type ExitPredictions,
  predictionsFromLogits,
  selectPredictions,
  thresholdSweep,
} from '@ztw/core/evaluation';
import { exitCosts } from '@ztw/core/runtime';
import { combineExits } from '@ztw/ensemble';
import { loadBundle, type OnnxRuntime } from '@ztw/runtime-onnx';
import type { Inputs } from './read-inputs.ts';

export interface Method {
  /** `ZTW`, `SDN`, `chain`. */
  readonly name: string;
  readonly bundle: Bundle;
  readonly backboneMacs: number;
  /** Cost of a row that leaves at the last exit, heads included, as a fraction of the backbone. */
  readonly allExits: number;
  /** Predictions for all images. */
  readonly predictions: ExitPredictions;
}

export async function readMethod(name: string, bundle: Bundle, inputs: Inputs, ort: OnnxRuntime): Promise<Method> {
  const { model, ensemble } = await loadBundle({ ort, bundle });
  const { rows, labels } = inputs;
  const { classes, backboneMacs } = model;
  const logits = combineExits(ensemble, await runAllExits(model, inputs.batch(0, rows)), rows, classes);
  const exitMacs = exitCosts(model);
  await model[Symbol.asyncDispose]();
  return {
    name,
    bundle,
    backboneMacs,
    allExits: (exitMacs.at(-1) ?? Number.NaN) / backboneMacs,
    predictions: predictionsFromLogits({ logits, labels, classes, exitMacs }),
  };
}

/** The highest threshold at which the first images cost no more than a fraction of the backbone's MACs. */
export function thresholdForBudget({ predictions, backboneMacs }: Method, images: number, budget: number): number {
  const costs = costsInMacs(predictions, backboneMacs);
  const [point] = chooseSettingsForShares({ predictions: firstRows(predictions, images), budgets: [budget], costs });
  if (point === undefined)
    throw new Error(
      `Expected a bundle whose first exit costs less than ${budget} of the backbone. Use a larger --budget.`,
    );
  return point.setting;
}

/** The lowest threshold that reaches the accuracy on the first images; null where there is none. */
export function thresholdForAccuracy({ predictions }: Method, images: number, accuracy: number): number | null {
  const curve = thresholdSweep(firstRows(predictions, images));
  return curve.find((point) => point.accuracy >= accuracy)?.setting ?? null;
}

function firstRows(predictions: ExitPredictions, images: number): ExitPredictions {
  return selectPredictions(
    predictions,
    Int32Array.from({ length: images }, (_, row) => row),
  );
}
