import { rowSize } from '@ztw/core/runtime';
import * as v from 'valibot';
import type { LayerDefinition } from './layer-definition.ts';

/** Any shape -> `[elements]`, in row-major order. No parameters. */
export interface FlattenLayer {
  readonly kind: 'flatten';
}

export const flatten: LayerDefinition<FlattenLayer> = {
  fields: { kind: v.literal('flatten') },
  outputShape: (_layer, shape) => [rowSize(shape)],
  execute: (_layer, { data }) => data,
  write: (_layer, value, { writer, outputShape }) => writer.reshape(value, outputShape),
};
