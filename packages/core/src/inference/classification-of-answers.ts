// For executors that run a whole early-exit network at once and return only each row's answer and exit.

import type { StagedModel } from '../contract/staged-model.ts';
import { InvalidInputError } from '../errors/errors.ts';
import type { Answers } from './answers.ts';
import { type Classification, exitCosts, type RowResult, rowResults, summarise } from './classification.ts';

/** The parts of a model that results describe besides the answers. */
export type DescribedNetwork = Pick<StagedModel, 'classes' | 'labels' | 'backboneMacs' | 'stages'>;

/**
 * The classification that `classify` returns, from the answers of an executor that did the whole work itself.
 * @param answers One per row: its probabilities, and the exit where it left, over all networks.
 * @throws InvalidInputError for probabilities of another length, or an exit that the network does not have.
 */
export function classificationOfAnswers(network: DescribedNetwork, answers: Answers): Classification {
  const { classes, stages } = network;
  const rows = answers.exits.length;
  if (answers.probabilities.length !== rows * classes) {
    throw new InvalidInputError(
      `Expected ${classes} probabilities for each of ${rows} rows; received ${answers.probabilities.length} in all.`,
      { expected: rows * classes, received: answers.probabilities.length, path: 'probabilities' },
    );
  }
  const leavingAt = stages.map((): number[] => []);
  answers.exits.forEach((exitIndex, row) => {
    const leaving = leavingAt[exitIndex];
    if (leaving === undefined) {
      throw new InvalidInputError(
        `Expected an exit from 0 to ${stages.length - 1} for row ${row}; received ${exitIndex}.`,
        { expected: `0 to ${stages.length - 1}`, received: exitIndex, path: `row ${row}` },
      );
    }
    leaving.push(row);
  });

  const costs = exitCosts(network);
  const rowNumbers = Int32Array.from(answers.exits, (_, row) => row);
  const results = new Array<RowResult>(rows);
  for (const [exitIndex, stage] of stages.entries()) {
    const departure = { exitIndex, stageName: stage.name, macs: costs[exitIndex] as number };
    const leaving = Int32Array.from(leavingAt[exitIndex] ?? []);
    for (const result of rowResults(network, departure, answers, leaving, rowNumbers)) results[result.row] = result;
  }
  return { results, summary: summarise(results, stages.length) };
}
