// Checks the list of weights in model.json: names, shapes, types, and the files that hold them.

import * as v from 'valibot';
import { refuse } from './refuse.ts';

const storedBytes = { float32: 4, int32: 4, bool: 1, complex64: 8, float16: 2, uint8: 1, uint16: 2 } as const;

const text = v.pipe(v.string(), v.nonEmpty());
const finite = v.pipe(v.number(), v.finite());
const length = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const weight = v.looseObject({
  name: text,
  shape: v.array(length),
  dtype: v.picklist(['float32', 'int32', 'bool', 'complex64']),
  quantization: v.optional(
    v.looseObject({
      dtype: v.picklist(['uint8', 'uint16', 'float16']),
      min: v.optional(finite),
      scale: v.optional(finite),
    }),
  ),
});

const manifest = v.array(v.looseObject({ paths: v.array(text), weights: v.array(weight) }));

export interface StoredWeights {
  /** Shapes by name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Bytes of all weights together, as they are stored. */
  readonly bytes: number;
}

/** @throws InvalidModelError with the place inside the JSON. */
export function checkWeightsManifest(json: unknown, path: string): StoredWeights {
  const result = v.safeParse(manifest, json, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    const place = v.getDotPath(issue);
    return refuse(place === null ? path : `${path}.${place}`, `${issue.expected ?? issue.message}`, issue.input);
  }
  const shapes = new Map<string, readonly number[]>();
  let bytes = 0;
  for (const [group, { weights }] of result.output.entries()) {
    for (const [index, { name, shape, dtype, quantization }] of weights.entries()) {
      const place = `${path}.${group}.weights.${index}`;
      if (shapes.has(name)) refuse(`${place}.name`, 'a name that no other weight has', name);
      shapes.set(name, shape);
      bytes += shape.reduce((product, size) => product * size, storedBytes[quantization?.dtype ?? dtype]);
      if (!Number.isSafeInteger(bytes)) refuse(`${place}.shape`, 'weights that fit into a file', shape);
    }
  }
  return { shapes, bytes };
}
