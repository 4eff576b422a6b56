import type { ParameterDefinition } from './layer-definition.ts';

type Initial = ParameterDefinition['initial'];

/** Uniform in `±1 / sqrt(fanIn)`: PyTorch's default, which is Kaiming-uniform with `a = sqrt 5`. */
export function kaimingUniform(fanIn: number): Initial {
  const bound = 1 / Math.sqrt(fanIn);
  return (random) => (2 * random() - 1) * bound;
}

/** A gain of 1 and a bias of 0 per value: the identity. */
export function unitNorm(size: number): { readonly weight: ParameterDefinition; readonly bias: ParameterDefinition } {
  return { weight: { shape: [size], initial: () => 1 }, bias: { shape: [size], initial: () => 0 } };
}

/** A pool mix's alpha, uniform in `[0, 1)`. */
export const mixingWeight: ParameterDefinition = { shape: [1], initial: (random) => random() };
