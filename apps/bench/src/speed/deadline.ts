import { anytime, type DeviceProfile, type Ensemble, measureStages, type StagedModel } from '@ztw/core';
import type { Inputs } from './read-inputs.ts';

/** Runs under a deadline. */
export interface KeptDeadlines {
  readonly runs: number;
  /** Milliseconds: 40 % of the time of all stages. */
  readonly deadline: number;
  /** Median time of the slowest stage, in milliseconds. */
  readonly longestStage: number;
  readonly withProfile: Kept;
  readonly withoutProfile: Kept;
}

export interface Kept {
  /** Fraction of the runs whose last answer came before the deadline plus one stage. */
  readonly beforeOneStageMore: number;
  /** Fraction of the runs whose last answer came before the deadline itself. */
  readonly beforeDeadline: number;
  /** Mean number of answers. */
  readonly answers: number;
}

const runs = 500;

/** Runs single images with a deadline of 40 % of the time of all stages, alternately with and without a profile. */
export async function keptDeadlines(model: StagedModel, ensemble: Ensemble, inputs: Inputs): Promise<KeptDeadlines> {
  const profile = await measureStages(model, { input: inputs.batch(0, 1), batchSizes: [1], repeats: 60, warmUps: 20 });
  const stages = profile.batches[0]?.stageMilliseconds ?? [];
  const deadline = 0.4 * stages.reduce((sum, milliseconds) => sum + milliseconds, 0);
  const longestStage = Math.max(...stages);
  const answerBefore = async (row: number, known: DeviceProfile | null) => {
    const options = { ensemble, deadlineMilliseconds: deadline, ...(known === null ? {} : { profile: known }) };
    let answer = { last: 0, answers: 0 };
    for await (const { elapsedMilliseconds, stageIndex } of anytime(model, inputs.batch(row, 1), options)) {
      answer = { last: elapsedMilliseconds, answers: stageIndex + 1 };
    }
    return answer;
  };
  const withProfile: Awaited<ReturnType<typeof answerBefore>>[] = [];
  const withoutProfile: typeof withProfile = [];
  for (let row = 0; row < runs; row++) {
    withProfile.push(await answerBefore(row, profile));
    withoutProfile.push(await answerBefore(row, null));
  }
  const summarise = (answers: typeof withProfile): Kept => ({
    beforeOneStageMore: answers.filter(({ last }) => last < deadline + longestStage).length / runs,
    beforeDeadline: answers.filter(({ last }) => last < deadline).length / runs,
    answers: answers.reduce((sum, answer) => sum + answer.answers, 0) / runs,
  });
  return {
    runs,
    deadline,
    longestStage,
    withProfile: summarise(withProfile),
    withoutProfile: summarise(withoutProfile),
  };
}
