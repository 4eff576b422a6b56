import { type EnsembleExit, type EnsembleSpecification, InvalidInputError } from '@ztw/core';
import { intAttribute, intsAttribute } from '../graph/build.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/** Keeps the logarithm of probability 0 finite, as in the original arithmetic ensemble. */
const floor = 1e-40;

/** First opset in which ReduceSum takes its axes as an input. */
const axesAsInputOpset = 13;

/** Largest matrix that sums the members in one node. A larger one costs more time than the nodes that it replaces. */
const mostMatrixValues = 65_536;

/** Form of the combined prediction. */
export type CombinedForm = 'probabilities' | 'log-probabilities';

/**
 * One exit's prediction in the form that the ensemble sums: `log p` (geometric) or `p` (arithmetic).
 * @param logits Name of the exit's logits `[rows, classes]`.
 * @returns name of a tensor `[rows, classes]`.
 */
export function lowerMember(builder: GraphBuilder, kind: EnsembleSpecification['kind'], logits: string): string {
  return builder.apply(kind === 'geometric' ? 'LogSoftmax' : 'Softmax', [logits], [intAttribute('axis', 1)]);
}

/**
 * Writes the combined probabilities of one exit, or their logarithms.
 * An exit without learned values returns its softmax.
 * Source: Zero Time Waste, section 3 (geometric); its code (arithmetic).
 * @param logits Name of the exit's logits `[rows, classes]`.
 * @param members Name of the members of exits 0 to `exitIndex` side by side, `[rows, (exitIndex + 1) * classes]`.
 * @param output Claimed name for the result `[rows, classes]`.
 * @throws InvalidInputError when the exit's values do not fit.
 */
export function lowerEnsembleExit(
  builder: GraphBuilder,
  { kind, classes, exits }: EnsembleSpecification,
  exitIndex: number,
  { logits, members }: { readonly logits: string; readonly members: string },
  output: string,
  form: CombinedForm,
): void {
  const exit = exits[exitIndex];
  if (exit === undefined) {
    throw new InvalidInputError(`the ensemble has ${exits.length} exits, none with index ${exitIndex}`, {
      expected: `an index below ${exits.length}`,
      received: exitIndex,
    });
  }
  if (exit === null) {
    lowerSoftmax(builder, logits, output, form);
    return;
  }
  checkExit(exit, exitIndex, classes);
  if (kind === 'geometric') lowerGeometric(builder, exit, members, output, form);
  else lowerArithmetic(builder, exit, members, output, form);
}

/** Softmax over the classes of each row. */
export function lowerSoftmax(builder: GraphBuilder, values: string, output: string, form: CombinedForm): void {
  builder.apply(form === 'probabilities' ? 'Softmax' : 'LogSoftmax', [values], [intAttribute('axis', 1)], output);
}

function checkExit({ weights, bias }: EnsembleExit, exitIndex: number, classes: number): void {
  if (weights.length !== exitIndex + 1 || bias.length !== classes) {
    throw new InvalidInputError(
      `exit ${exitIndex} of the ensemble needs ${exitIndex + 1} weights and ${classes} biases; received ${weights.length} and ${bias.length}`,
      { expected: [exitIndex + 1, classes], received: [weights.length, bias.length], path: `exits[${exitIndex}]` },
    );
  }
}

/** `softmax( mean_j( exp(w_j) log p_j ) + b )` */
function lowerGeometric(
  builder: GraphBuilder,
  { weights, bias }: EnsembleExit,
  members: string,
  output: string,
  form: CombinedForm,
): void {
  const factors = weights.map((weight) => Math.exp(weight) / weights.length);
  lowerSoftmax(builder, lowerWeightedSum(builder, members, factors, bias), output, form);
}

/** `(sum_j exp(w_j) p_j + exp(b)) / Z + 1e-40` */
function lowerArithmetic(
  builder: GraphBuilder,
  { weights, bias }: EnsembleExit,
  members: string,
  output: string,
  form: CombinedForm,
): void {
  const sum = lowerWeightedSum(builder, members, weights.map(Math.exp), bias.map(Math.exp));
  const share = builder.apply('Div', [sum, lowerRowSum(builder, sum)]);
  const least = builder.floats('ensemble/floor', [1], Float32Array.of(floor));
  if (form === 'probabilities') builder.apply('Add', [share, least], [], output);
  else builder.apply('Log', [builder.apply('Add', [share, least])], [], output);
}

/** `sum_j factor_j * member_j + offset`: one product for any number of members. */
function lowerWeightedSum(
  builder: GraphBuilder,
  members: string,
  factors: readonly number[],
  offset: readonly number[],
): string {
  const classes = offset.length;
  const bias = builder.floats('ensemble/bias', [classes], Float32Array.from(offset));
  if (factors.length * classes ** 2 <= mostMatrixValues) {
    const matrix = builder.floats(
      'ensemble/weights',
      [factors.length * classes, classes],
      scaledOnes(factors, classes),
    );
    return builder.apply('Gemm', [members, matrix, bias]);
  }
  const reshape = (name: string, dims: readonly number[]): string =>
    builder.apply('Reshape', [name, builder.integers('ensemble/shape', [dims.length], dims)]);
  const weights = builder.floats('ensemble/weights', [1, factors.length], Float32Array.from(factors));
  const stacked = reshape(members, [-1, factors.length, classes]); // [rows, exits so far, classes]
  return builder.apply('Add', [reshape(builder.apply('MatMul', [weights, stacked]), [-1, classes]), bias]);
}

/** One identity matrix per factor, multiplied by it, stacked vertically. */
function scaledOnes(factors: readonly number[], classes: number): Float32Array {
  const matrix = new Float32Array(factors.length * classes ** 2);
  factors.forEach((factor, member) => {
    for (let row = 0; row < classes; row++) matrix[(member * classes + row) * classes + row] = factor;
  });
  return matrix;
}

function lowerRowSum(builder: GraphBuilder, name: string): string {
  const keep = intAttribute('keepdims', 1);
  if (builder.opset < axesAsInputOpset) return builder.apply('ReduceSum', [name], [intsAttribute('axes', [1]), keep]);
  return builder.apply('ReduceSum', [name, builder.integers('ensemble/axes', [1], [1])], [keep]);
}
