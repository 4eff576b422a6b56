// Finds layer norms that an ONNX file spells out, as files for operator sets before 17 do, and makes one step of each.

import type { BinaryStep, ProgramBinaryFunction } from '../steps/elementwise.ts';
import type { ProgramStep } from '../steps/program-steps.ts';
import { fixedValue } from '../write/size.ts';
import type { ProgramBody } from './program-body.ts';

type Makers = ReadonlyMap<string, ProgramStep>;

/**
 * Puts a `layer-norm` step in the place of `(x - mean) / sqrt(mean((x - mean)^2) + epsilon) * weight + bias` over the
 * last axis.
 * The steps that lead there stay; those that nobody reads any more are for the caller to remove.
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

  /** What a step is the mean of, over the last axis; null for any other step. */
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

/** Whether a step multiplies a value with itself, or raises it to its second power. */
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

/** The operands, what is stored as a vector last. */
function vectorLast({ left, right }: BinaryStep, weights: ProgramBody['weights']): readonly [string, string] {
  return weights.get(left)?.shape.length === 1 ? [right, left] : [left, right];
}
