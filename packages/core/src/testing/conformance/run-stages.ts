import type { InputBatch } from '../../contract/input.ts';
import type { StagedModel } from '../../contract/staged-model.ts';
import { takeRows } from '../../numeric/rows.ts';
import { check } from './checks.ts';

/** Rows that stay after each stage, by position among the rows there; a stage without an entry keeps all. */
export type KeptAfterStage = ReadonlyMap<number, Int32Array>;

/**
 * Runs a model through its contract alone, without the core's loop, which other cases test.
 * @returns logits `[rows left, classes]` of every stage.
 */
export async function runStages(
  model: StagedModel,
  input: InputBatch,
  keptAfterStage: KeptAfterStage = new Map(),
): Promise<readonly Float32Array[]> {
  let features: unknown = await model.load(input);
  let previousLogits: Float32Array | null = null;
  const allLogits: Float32Array[] = [];
  for (const [stageIndex, stage] of model.stages.entries()) {
    const output = await model.runStage(stageIndex, features, stage.usesPreviousLogits ? previousLogits : null);
    allLogits.push(output.logits);
    previousLogits = output.logits;
    const isLast = stageIndex === model.stages.length - 1;
    check(
      (output.features === null) === isLast,
      `Stage ${stageIndex} ('${stage.name}') must return ${isLast ? 'no features, being the last' : 'features'}.`,
    );
    features = output.features;
    const kept = keptAfterStage.get(stageIndex);
    if (kept !== undefined) {
      features = await model.keepRows(features, kept);
      previousLogits = takeRows(output.logits, model.classes, kept);
    }
  }
  return allLogits;
}
