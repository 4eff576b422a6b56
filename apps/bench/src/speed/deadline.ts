import { anytime, type Ensemble, type StagedModel } from '@ztw/core';
import { median } from '../median.ts';
import type { Inputs } from './read-inputs.ts';

export interface KeptDeadlines {
  readonly runs: number;
  readonly deadline: number;
  /** The slowest stage's median time, in milliseconds. */
  readonly longestStage: number;
  /** Share of the runs whose last answer came before the deadline plus one stage. */
  readonly kept: number;
}

/** Single images with a deadline of 40 % of the time that all stages take. */
export async function keptDeadlines(model: StagedModel, ensemble: Ensemble, inputs: Inputs): Promise<KeptDeadlines> {
  const arrivals: number[][] = [];
  for (let row = 0; row < 60; row++) {
    const times: number[] = [];
    for await (const { elapsedMilliseconds } of anytime(model, inputs.batch(row, 1), { ensemble })) {
      times.push(elapsedMilliseconds);
    }
    if (row >= 20) arrivals.push(times);
  }
  const after = model.stages.map((_, stage) => median(arrivals.map((times) => times[stage] ?? Number.NaN)));
  const deadline = 0.4 * (after.at(-1) ?? Number.NaN);
  const longestStage = Math.max(...after.map((time, stage) => time - (after[stage - 1] ?? 0)));
  const runs = 500;
  let kept = 0;
  for (let row = 0; row < runs; row++) {
    let last = 0;
    for await (const answer of anytime(model, inputs.batch(row, 1), { ensemble, deadlineMilliseconds: deadline })) {
      last = answer.elapsedMilliseconds;
    }
    if (last < deadline + longestStage) kept++;
  }
  return { runs, deadline, longestStage, kept: kept / runs };
}
