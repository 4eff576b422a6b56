import * as v from 'valibot';
import type { HeadSpecification } from '../head.ts';
import { rowShape, size, text } from '../layers/fields.ts';
import { type HeadLayer, layerKinds } from '../layers/layer-kinds.ts';

// A variant wants its literals in its type; the fields of a definition say what they hold, not by which schema.
type Variants = Parameters<typeof v.variant<'kind', v.VariantOptions<'kind'>, undefined>>[1];

const headLayer = v.variant(
  'kind',
  Object.values(layerKinds).map(({ fields }) => v.strictObject(fields)) as unknown as Variants,
) as unknown as v.GenericSchema<unknown, HeadLayer>;

/**
 * A head's architecture field by field, wherever it is written. Whether its layers fit together is for `validateHead`
 * to say.
 */
export const headSchema: v.GenericSchema<unknown, HeadSpecification> = v.strictObject({
  specificationVersion: v.literal('v1'),
  family: text,
  inputShape: rowShape,
  classes: size,
  layers: v.array(headLayer),
});
