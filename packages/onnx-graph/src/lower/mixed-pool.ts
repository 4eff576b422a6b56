import type { AdaptivePoolsLayer, MixedPoolLayer, PoolMixLayer } from '@ztw/core';
import { intAttribute } from '../graph/build.ts';
import { lowerAdaptiveAverage, lowerAdaptiveMaximum } from './adaptive-pool.ts';
import { type Lowering, parameterOf, type Value } from './lowering.ts';

/** `alpha * max + (1 - alpha) * average`, `[C, H, W]` -> `[C, h, w]`. */
export function lowerMixedPool(lowering: Lowering, layer: MixedPoolLayer, value: Value): Value {
  const maximum = lowerAdaptiveMaximum(lowering.builder, value, layer.outputSize);
  // Windows of one value: maximum and average are that value, whatever alpha is.
  if (maximum.name === value.name) return value;
  const average = lowerAdaptiveAverage(lowering.builder, value, layer.outputSize);
  return { name: mix(lowering, layer.name, maximum.name, average.name), shape: maximum.shape };
}

/** `[C, H, W]` -> `[2, C, h, w]`, maxima first. */
export function lowerAdaptivePools({ builder }: Lowering, layer: AdaptivePoolsLayer, value: Value): Value {
  const maximum = lowerAdaptiveMaximum(builder, value, layer.outputSize);
  const average = lowerAdaptiveAverage(builder, value, layer.outputSize);
  const shape = [2, ...maximum.shape];
  const stacked = builder.apply('Concat', [maximum.name, average.name], [intAttribute('axis', 1)]); // [rows, 2C, h, w]
  const target = builder.integers('head/pools', [5], [-1, ...shape]);
  return { name: builder.apply('Reshape', [stacked, target]), shape };
}

/** `[2, C, h, w]` -> `[C, h, w]`. */
export function lowerPoolMix(lowering: Lowering, layer: PoolMixLayer, value: Value): Value {
  const { builder } = lowering;
  const half = (index: number): string =>
    builder.apply('Gather', [value.name, builder.integers('head/half', [], [index])], [intAttribute('axis', 1)]);
  return { name: mix(lowering, layer.name, half(0), half(1)), shape: value.shape.slice(1) };
}

function mix(lowering: Lowering, name: string, maximum: string, average: string): string {
  const { builder } = lowering;
  const [alpha = 0] = parameterOf(lowering, `${name}.alpha`, [1]);
  const weighted = (operand: string, hint: string, weight: number): string =>
    builder.apply('Mul', [operand, builder.floats(`head/${name}.${hint}`, [1], Float32Array.of(weight))]);
  return builder.apply('Add', [weighted(maximum, 'alpha', alpha), weighted(average, 'oneMinusAlpha', 1 - alpha)]);
}
