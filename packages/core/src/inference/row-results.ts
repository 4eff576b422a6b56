import type { StagedModel } from '../contract/staged-model.ts';
import { argMax } from '../numeric/arg-max.ts';
import type { Answers } from './answers.ts';
import type { RowResult } from './classification.ts';

/** The exit where rows leave, as their results tell it. */
export interface Departure {
  readonly exitIndex: number;
  readonly stageName: string;
  /** MACs per row up to here. */
  readonly macs: number;
}

/**
 * Results of the rows that leave.
 * @param leaving Positions of those rows among the current ones.
 * @param rowNumbers Position of each current row in the whole input.
 */
export function rowResults(
  { classes, labels, backboneMacs }: Pick<StagedModel, 'classes' | 'labels' | 'backboneMacs'>,
  { exitIndex, stageName, macs }: Departure,
  answers: Answers,
  leaving: Int32Array,
  rowNumbers: Int32Array,
): readonly RowResult[] {
  return Array.from(leaving, (position) => {
    const start = position * classes;
    const labelIndex = argMax(answers.probabilities, start, classes);
    return {
      row: rowNumbers[position] as number,
      labelIndex,
      label: labels?.[labelIndex] ?? null,
      probabilities: answers.probabilities.slice(start, start + classes),
      exitIndex,
      stageName,
      answerExitIndex: answers.exits[position] as number,
      macs,
      macsFraction: macs / backboneMacs,
    };
  });
}
