// Replaces layer norms that are spelled out as single operations, as in ONNX operator sets before 17, with one step.

import type { BinaryStep, ProgramBinaryFunction } from '../steps/elementwise.ts';
import type { ProgramStep } from '../steps/program-steps.ts';
import { fixedValue } from '../write/size.ts';
import type { ProgramBody } from './program-body.ts';

type Makers = ReadonlyMap<string, ProgramStep>;

/**
 * Replaces the last step of `(x - mean) / sqrt(mean((x - mean)^2) + epsilon) * weight + bias` over the last axis with
 * a `layer-norm` step. The earlier steps are kept; the caller removes those that are no longer read.
 */
export function joinLayerNorms(body: ProgramBody): ProgramBody {
  const makers = new Map(body.steps.map((step) => [step.output, step]));
  return { ...body, steps: body.steps.map((step) => layerNormOf(body, makers, step) ?? step) };
}

function layerNormOf({ weights, shapes }: ProgramBody, makers: Makers, step: ProgramStep): ProgramStep | null {
  const shifted = binary(step, 'add');
  const [scaledName, bias] = shifted === null ? [] : vectorLast(shifted, weights);
  const scaled = binary(makers.get(scaledName ?? ''), 'multiply');
  const [dividedName, weight] = scaled === null ? [] : vectorLast(scaled, weights);
  const divided = binary(makers.get(dividedName ?? ''), 'divide');
  const centred = binary(makers.get(divided?.left ?? ''), 'subtract');
  if (divided === null || centred === null || bias === undefined || weight === undefined) return null;

  const shape = shapes.get(centred.output) ?? [];
  const size = fixedValue(shape.at(-1) ?? { fixed: 0, perRow: 1 });
  if ([weight, bias].some((name) => weights.get(name)?.shape.join() !== String(size))) return null;

  /** The input of a step that computes the mean over the last axis; null for any other step. */
  const averaged = (name: string): string | null => {
    const mean = makers.get(name);
    if (mean?.operator !== 'reduce' || mean.function !== 'mean' || !mean.keepAxes) return null;
    return mean.axes.join() === String(shape.length - 1) ? mean.input : null;
  };
  if (averaged(centred.right) !== centred.left) return null;
  const epsilon = epsilonOf(makers, weights, divided.right, (name) => {
    const square = makers.get(averaged(name) ?? '');
    return isSquare(square, centred.output, weights);
  });
  return epsilon === null
    ? null
    : { operator: 'layer-norm', input: centred.left, weight, bias, epsilon, output: step.output };
}

/** The epsilon of `sqrt(variance + epsilon)`; null for anything else. */
function epsilonOf(
  makers: Makers,
  weights: ProgramBody['weights'],
  name: string,
  isVariance: (name: string) => boolean,
): number | null {
  const deviation = makers.get(name);
  if (deviation?.operator !== 'function' || deviation.function !== 'sqrt') return null;
  const sum = binary(makers.get(deviation.input), 'add');
  const data = weights.get(sum?.right ?? '')?.data;
  return sum !== null && data?.length === 1 && isVariance(sum.left) ? (data[0] as number) : null;
}

/** True for a step that squares a value, by a product or a power. */
function isSquare(step: ProgramStep | undefined, of: string, weights: ProgramBody['weights']): boolean {
  const product = binary(step, 'multiply');
  if (product !== null) return product.left === of && product.right === of;
  const power = binary(step, 'power');
  const exponent = weights.get(power?.right ?? '')?.data;
  return power?.left === of && exponent?.length === 1 && exponent[0] === 2;
}

function binary(step: ProgramStep | undefined, name: ProgramBinaryFunction): BinaryStep | null {
  return step?.operator === 'binary' && step.function === name ? step : null;
}

/** The operands; a stored vector comes last. */
function vectorLast({ left, right }: BinaryStep, weights: ProgramBody['weights']): readonly [string, string] {
  return weights.get(left)?.shape.length === 1 ? [right, left] : [left, right];
}
