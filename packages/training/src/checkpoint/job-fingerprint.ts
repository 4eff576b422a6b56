// The identity of a training job. Each checkpoint carries it, so that a training never resumes from the checkpoint of
// another job.

import { denseInput } from '@ztw/core/runtime';
import type { TrainingJob } from '../training/training-job.ts';

/** JSON-safe; two jobs with equal fingerprints give the same result from the same data and backbone. */
export type JobFingerprint = Readonly<Record<string, unknown>>;

export function jobFingerprint({
  backbone,
  data,
  heldOut,
  identity,
  previousNetwork,
  recipe,
  variants,
  wantNetworkLogits,
}: TrainingJob): JobFingerprint {
  return {
    identity,
    recipe: { ...recipe },
    data: {
      rows: data.rows,
      copies: data.copies,
      labels: data.labels === null ? null : hashOf(data.labels),
    },
    heldOut: heldOut === null ? null : { rows: heldOut.rows },
    ...(previousNetwork === null
      ? {}
      : {
          previousNetwork: {
            training: hashOf(bitsOf(previousNetwork.training)),
            heldOut: hashOf(bitsOf(previousNetwork.heldOut)),
          },
        }),
    ...(wantNetworkLogits ? { wantNetworkLogits } : {}),
    backbone: {
      classes: backbone.classes,
      inputShape: denseInput(backbone).rowShape,
      precision: backbone.precision,
      preferredBatch: backbone.preferredBatch,
      backboneMacs: backbone.backboneMacs,
      cuts: backbone.cuts.map(({ name, boundaryShapes, cachedShape }) => ({ name, boundaryShapes, cachedShape })),
    },
    variants: Object.fromEntries(
      variants.map(({ name, heads }) => [name, { heads: heads.map(({ specification }) => specification) }]),
    ),
  };
}

/**
 * Where two fingerprints differ, as lines like `recipe.epochs: 8 there, 10 here`.
 * @param path Path to the compared values.
 */
export function differences(there: unknown, here: unknown, path = ''): readonly string[] {
  if (isRecord(there) && isRecord(here)) {
    const keys = [...new Set([...Object.keys(there), ...Object.keys(here)])];
    return keys.flatMap((key) => differences(there[key], here[key], path === '' ? key : `${path}.${key}`));
  }
  const [thereText, hereText] = [there, here].map((value) => JSON.stringify(value) ?? 'nothing');
  return thereText === hereText ? [] : [`${path}: ${shortened(thereText)} there, ${shortened(hereText)} here`];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function shortened(text: string | undefined): string {
  return text === undefined || text.length <= 60 ? String(text) : `${text.slice(0, 57)}...`;
}

function bitsOf(values: Float32Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length);
}

/** FNV-1a over 32-bit words, enough to tell one labelling, or one set of logits, from another. */
function hashOf(labels: Int32Array): string {
  let hash = 0x811c9dc5;
  for (const label of labels) {
    hash = Math.imul(hash ^ label, 0x01000193);
  }
  return (hash >>> 0).toString(16);
}
