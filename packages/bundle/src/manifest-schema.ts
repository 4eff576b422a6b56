// The schema of a manifest, field by field. `manifest-checks.ts` checks the relations between fields.
// Unknown fields are errors, because they may change the meaning of the others.

import { inputTypes } from '@ztw/core/runtime';
import { headSchema } from '@ztw/heads';
import * as v from 'valibot';
import { isBundlePath } from './bundle-path.ts';
import type { BundleManifest } from './manifest.ts';
import { operatingPointSchema } from './stored-operating-point.ts';

const text = v.pipe(v.string(), v.nonEmpty());
const finite = v.pipe(v.number(), v.finite());
const notNegative = v.pipe(finite, v.minValue(0));
const positive = v.pipe(finite, v.gtValue(0));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const rowShape = v.array(size);
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const path = v.pipe(
  v.string(),
  v.check(
    isBundlePath,
    ({ received }) =>
      `Expected a path inside the bundle (names of letters, digits, ".", "_", "-", separated by "/"); ` +
      `received ${received}`,
  ),
);
const inputType = v.picklist(inputTypes);
const freeShape = v.array(v.union([size, text]));
const tensor = v.strictObject({ name: text, rowShape: freeShape, type: v.exactOptional(inputType) });
const input = v.strictObject({ name: text, type: inputType, rowShape: freeShape });

const stage = v.strictObject({
  name: text,
  weights: v.exactOptional(v.pipe(v.array(path), v.minLength(1))),
  model: v.exactOptional(path),
  program: v.exactOptional(v.strictObject({ steps: path, weights: v.exactOptional(path) })),
  inputs: v.array(tensor),
  previousLogits: v.nullable(text),
  outputs: v.array(tensor),
  logits: text,
  segmentMacs: notNegative,
  headMacs: notNegative,
  head: v.nullable(headSchema),
});

const ensemble = v.strictObject({
  specificationVersion: v.literal('v1'),
  kind: v.picklist(['geometric', 'arithmetic']),
  classes: size,
  exits: v.array(v.nullable(v.strictObject({ weights: v.array(finite), bias: v.array(finite) }))),
});

const preprocessing = v.strictObject({
  channels: v.picklist([1, 3]),
  height: size,
  width: size,
  resize: v.picklist(['none', 'stretch', 'cover', 'contain']),
  mean: v.array(finite),
  std: v.array(positive),
});

/** A manifest of either version. */
export const manifestSchema: v.GenericSchema<unknown, BundleManifest> = v.strictObject({
  format: v.literal('ztw-bundle'),
  version: v.picklist([1, 2]),
  method: text,
  classes: size,
  labels: v.nullable(v.array(v.string())),
  inputShape: v.nullable(rowShape),
  inputs: v.exactOptional(v.pipe(v.array(input), v.minLength(1))),
  preprocessing: v.nullable(preprocessing),
  networks: v.pipe(
    v.array(
      v.strictObject({
        name: text,
        backboneMacs: positive,
        batch: v.union([v.literal('dynamic'), size]),
        stages: v.pipe(v.array(stage), v.minLength(1)),
      }),
    ),
    v.minLength(1),
  ),
  weights: v.nullable(path),
  ensemble: v.nullable(ensemble),
  operatingPoints: v.array(operatingPointSchema),
  provenance: v.record(v.string(), v.unknown()),
  files: v.array(v.strictObject({ path, bytes: count, sha256: hash })),
  sha256: v.exactOptional(hash),
});
