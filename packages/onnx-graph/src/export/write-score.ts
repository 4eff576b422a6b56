// Writes the nodes of the decision at an exit: the score of each row and its comparison with the threshold.

import type { GraphScore } from '@ztw/core/runtime';
import { intAttribute, intsAttribute, makeNode } from '../graph/build.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/** First opset in which an operator takes its axes as an input. */
const axesAsInputOpset = { ReduceMax: 18, ReduceSum: 13 } as const;

/** Floor of probabilities in the entropy: its contribution is negligible and its logarithm is finite. */
const leastProbability = 1e-37;

/**
 * Writes the score of each row.
 * @param probabilities `[rows, classes]`, none greater than 1.
 * @returns name of a tensor `[rows]`.
 */
export function writeScore(builder: GraphBuilder, score: GraphScore, probabilities: string, classes: number): string {
  switch (score) {
    case 'largest-probability':
      return reduceRows(builder, 'ReduceMax', probabilities);
    case 'lead-of-largest':
      return classes === 1 ? reduceRows(builder, 'ReduceMax', probabilities) : writeLead(builder, probabilities);
    case 'entropy':
      return writeEntropy(builder, probabilities);
  }
}

/** @returns the name of a bool tensor: whether the score passes the threshold, which releases the row. */
export function writePasses(builder: GraphBuilder, score: GraphScore, scores: string, limits: string): string {
  switch (score) {
    case 'largest-probability':
    case 'lead-of-largest':
      return builder.apply('Greater', [scores, limits]);
    case 'entropy':
      return builder.apply('Less', [scores, limits]);
  }
}

/** `p_1 - p_2` of the two largest. */
function writeLead(builder: GraphBuilder, probabilities: string): string {
  const two = builder.claim('ztw/two_largest');
  const places = builder.claim('ztw/places');
  builder.add(
    makeNode(
      'TopK',
      [probabilities, builder.integers('ztw/topCount', [1], [2])],
      [two, places],
      [intAttribute('axis', 1)],
    ),
  );
  const column = (index: number): string =>
    builder.apply('Gather', [two, builder.integers('ztw/place', [], [index])], [intAttribute('axis', 1)]);
  return builder.apply('Sub', [column(0), column(1)]);
}

/** `-sum_c p_c log p_c`, in nats. */
function writeEntropy(builder: GraphBuilder, probabilities: string): string {
  const least = builder.floats('ztw/leastProbability', [], Float32Array.of(leastProbability));
  const logarithms = builder.apply('Log', [builder.apply('Max', [probabilities, least])]);
  return builder.apply('Neg', [reduceRows(builder, 'ReduceSum', builder.apply('Mul', [probabilities, logarithms]))]);
}

/** `[rows, classes]` -> `[rows]` */
function reduceRows(builder: GraphBuilder, operator: 'ReduceMax' | 'ReduceSum', name: string): string {
  const keep = intAttribute('keepdims', 0);
  if (builder.opset < axesAsInputOpset[operator]) {
    return builder.apply(operator, [name], [intsAttribute('axes', [1]), keep]);
  }
  return builder.apply(operator, [name, builder.integers('ztw/classAxis', [1], [1])], [keep]);
}
