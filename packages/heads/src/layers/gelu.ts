import * as v from 'valibot';
import type { LayerDefinition } from './layer-definition.ts';

/** Exact (erf) GELU: `0.5 x (1 + erf(x / sqrt 2))`. No parameters. */
export interface GeluLayer {
  readonly kind: 'gelu';
}

export const gelu: LayerDefinition<GeluLayer> = {
  fields: { kind: v.literal('gelu') },
  outputShape: (_layer, shape) => shape,
  execute: (_layer, { data }) => data.map((value) => 0.5 * value * (1 + errorFunction(value / Math.SQRT2))),
  write: (_layer, value, { writer }) => writer.gelu(value),
};

/** Beyond this, erf equals 1 to within float64 precision. */
const saturation = 6;

/**
 * `erf(x) = 2 / sqrt(pi) * exp(-x^2) * sum_n 2^n x^(2n+1) / (2n+1)!!`, summed until a term is negligible.
 * All terms have the sign of x, so nothing cancels.
 */
function errorFunction(x: number): number {
  if (Math.abs(x) > saturation) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * Number.EPSILON; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
