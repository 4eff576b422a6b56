import * as v from 'valibot';
import type { LayerDefinition } from './layer-definition.ts';

/** `max(0, x)`. No parameters. */
export interface ReluLayer {
  readonly kind: 'relu';
}

export const relu: LayerDefinition<ReluLayer> = {
  fields: { kind: v.literal('relu') },
  outputShape: (_layer, shape) => shape,
  execute: (_layer, { data }) => data.map((value) => Math.max(0, value)),
  write: (_layer, value, { writer }) => writer.relu(value),
};
