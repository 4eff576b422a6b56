// What a classifier answers.

import type { RowResult, StagedModel } from '@ztw/core';

/** A class and its probability. */
export interface RankedClass {
  /** Name of the class; its number as text if the bundle has no names. */
  readonly label: string;
  readonly labelIndex: number;
  /** 0 to 1. */
  readonly probability: number;
}

/** The answer for one input. */
export interface ClassifierResult extends RankedClass {
  /** The most probable classes, best first. */
  readonly top: readonly RankedClass[];
  /** The exit that answered, from 0, over all networks of a chain. */
  readonly exit: number;
  /** Name of the stage that ends in that exit. */
  readonly exitName: string;
  /** How many exits there are. */
  readonly exits: number;
  /** MACs spent, as a fraction of the full network's; above 1 if exits cost more than they saved. */
  readonly cost: number;
  /** Time from the call until this answer, decoding included. */
  readonly milliseconds: number;
}

/** An answer that later stages may refine. */
export interface RefinedResult extends ClassifierResult {
  /** Whether this is the last answer. */
  readonly isFinal: boolean;
  /** Whether the exit policy would have stopped at this exit or before. */
  readonly isEnough: boolean;
}

type DescribedModel = Pick<StagedModel, 'stages' | 'labels'>;

/**
 * The answer of a row.
 * @param top How many classes to rank.
 */
export function resultOf(
  { labels, stages }: DescribedModel,
  row: RowResult,
  top: number,
  milliseconds: number,
): ClassifierResult {
  const { probabilities, labelIndex, exitIndex, stageName, macsFraction } = row;
  const ranked = (index: number): RankedClass => ({
    label: labels?.[index] ?? String(index),
    labelIndex: index,
    probability: probabilities[index] as number,
  });
  return {
    ...ranked(labelIndex),
    top: largest(probabilities, top).map(ranked),
    exit: exitIndex,
    exitName: stageName,
    exits: stages.length,
    cost: macsFraction,
    milliseconds,
  };
}

/** Positions of the largest values, in descending order; equal ones in ascending order of their positions. */
function largest(values: Float32Array, count: number): readonly number[] {
  const positions = Array.from(values.keys());
  positions.sort((left, right) => (values[right] as number) - (values[left] as number) || left - right);
  return positions.slice(0, count);
}
