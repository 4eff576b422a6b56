import { type EnsembleExit, type EnsembleSpecification, InvalidInputError } from '@ztw/core';
import { intAttribute, intsAttribute } from '../graph/build.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/** Keeps the logarithm of a probability of 0 finite, as in the original arithmetic ensemble. */
const floor = 1e-40;

/** First opset in which ReduceSum takes its axes as an input. */
const axesAsInputOpset = 13;

/**
 * One exit's prediction in the form that a kind of ensemble adds up: `log p` (geometric) or `p` (arithmetic).
 * @param logits Name of the exit's logits `[rows, classes]`.
 * @returns name of a tensor `[rows, classes]`.
 */
export function lowerMember(builder: GraphBuilder, kind: EnsembleSpecification['kind'], logits: string): string {
  return builder.apply(kind === 'geometric' ? 'LogSoftmax' : 'Softmax', [logits], [intAttribute('axis', 1)]);
}

/**
 * Writes the combined log-probabilities of one exit. An exit without learned values answers with its own softmax.
 * Source: Zero Time Waste, section 3 (geometric); its code (arithmetic).
 * @param logits Name of the exit's logits `[rows, classes]`.
 * @param members Name of the members of exits 0 to `exitIndex` side by side, `[rows, (exitIndex + 1) * classes]`.
 * @param output Claimed name for the log-probabilities `[rows, classes]`.
 * @throws InvalidInputError where the exit's values do not fit.
 */
export function lowerEnsembleExit(
  builder: GraphBuilder,
  { kind, classes, exits }: EnsembleSpecification,
  exitIndex: number,
  { logits, members }: { readonly logits: string; readonly members: string },
  output: string,
): void {
  const exit = exits[exitIndex];
  if (exit === undefined)
    throw new InvalidInputError(`the ensemble has ${exits.length} exits, none with index ${exitIndex}`);
  if (exit === null) {
    builder.apply('LogSoftmax', [logits], [intAttribute('axis', 1)], output);
    return;
  }
  checkExit(exit, exitIndex, classes);
  if (kind === 'geometric') lowerGeometric(builder, exit, members, output);
  else lowerArithmetic(builder, exit, members, output);
}

function checkExit({ weights, bias }: EnsembleExit, exitIndex: number, classes: number): void {
  if (weights.length !== exitIndex + 1 || bias.length !== classes) {
    throw new InvalidInputError(
      `exit ${exitIndex} of the ensemble needs ${exitIndex + 1} weights and ${classes} biases, received ${weights.length} and ${bias.length}`,
    );
  }
}

/** `log softmax( mean_j( exp(w_j) log p_j ) + b )` */
function lowerGeometric(builder: GraphBuilder, { weights, bias }: EnsembleExit, members: string, output: string): void {
  const factors = weights.map((weight) => Math.exp(weight) / weights.length);
  const sum = lowerWeightedSum(builder, members, factors, bias);
  builder.apply('LogSoftmax', [sum], [intAttribute('axis', 1)], output);
}

/** `log( (sum_j exp(w_j) p_j + exp(b)) / Z + 1e-40 )` */
function lowerArithmetic(
  builder: GraphBuilder,
  { weights, bias }: EnsembleExit,
  members: string,
  output: string,
): void {
  const sum = lowerWeightedSum(builder, members, weights.map(Math.exp), bias.map(Math.exp));
  const share = builder.apply('Div', [sum, lowerRowSum(builder, sum)]);
  const floored = builder.apply('Add', [share, builder.floats('ensemble/floor', [1], Float32Array.of(floor))]);
  builder.apply('Log', [floored], [], output);
}

/** `sum_j factor_j * member_j + offset`: one product, however many members there are. */
function lowerWeightedSum(
  builder: GraphBuilder,
  members: string,
  factors: readonly number[],
  offset: readonly number[],
): string {
  const classes = offset.length;
  const reshape = (name: string, dims: readonly number[]): string =>
    builder.apply('Reshape', [name, builder.integers('ensemble/shape', [dims.length], dims)]);
  const weights = builder.floats('ensemble/weights', [1, factors.length], Float32Array.from(factors));
  const stacked = reshape(members, [-1, factors.length, classes]); // [rows, exits so far, classes]
  const sum = reshape(builder.apply('MatMul', [weights, stacked]), [-1, classes]);
  return builder.apply('Add', [sum, builder.floats('ensemble/bias', [classes], Float32Array.from(offset))]);
}

function lowerRowSum(builder: GraphBuilder, name: string): string {
  const keep = intAttribute('keepdims', 1);
  if (builder.opset < axesAsInputOpset) return builder.apply('ReduceSum', [name], [intsAttribute('axes', [1]), keep]);
  return builder.apply('ReduceSum', [name, builder.integers('ensemble/axes', [1], [1])], [keep]);
}
