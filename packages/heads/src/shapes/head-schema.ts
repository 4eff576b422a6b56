import * as v from 'valibot';
import type { HeadSpecification } from '../head.ts';
import { rowShape, size, text } from '../layers/fields.ts';
import { type HeadLayer, layerKinds } from '../layers/layer-kinds.ts';

// `v.variant` needs the literals in its type. The fields of a definition are typed by their values, not their schemas.
type Variants = Parameters<typeof v.variant<'kind', v.VariantOptions<'kind'>, undefined>>[1];

const headLayer = v.variant(
  'kind',
  Object.values(layerKinds).map(({ fields }) => v.strictObject(fields)) as unknown as Variants,
) as unknown as v.GenericSchema<unknown, HeadLayer>;

/**
 * Schema of a head's architecture, field by field. `validateHead` checks whether its layers fit together.
 */
export const headSchema: v.GenericSchema<unknown, HeadSpecification> = v.strictObject({
  specificationVersion: v.literal('v1'),
  family: text,
  inputShape: rowShape,
  classes: size,
  layers: v.array(headLayer),
});
