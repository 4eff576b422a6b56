// Trained heads without their network, as one safetensors file: values under `heads.N.`, all else as JSON in its
// metadata.
// A bundle holds a whole model; this file holds only what a user's own training adds to an existing model.

import { InvalidBundleError, InvalidInputError } from '@ztw/core';
import { parseJson } from '@ztw/core/runtime';
import type { Head } from '@ztw/heads';
import { findParameterProblem, headSchema } from '@ztw/heads';
import * as v from 'valibot';
import { type HeadPlace, headAt, refuseStrangers } from './head-weights.ts';
import { decodeSafetensors, decodeSafetensorsMetadata, encodeSafetensors } from './safetensors.ts';

/** Heads, and the data to attach them to their network again. */
export interface HeadsFile {
  /** Name of the network that they were trained on. */
  readonly network: string;
  /** Names of the cuts, in the order in which data passes them. */
  readonly cuts: readonly string[];
  /** One per cut; at least one. */
  readonly heads: readonly Head[];
  /** Number of classes where they are not the network's own; null where they are. */
  readonly newClasses: number | null;
  /** One name per class. */
  readonly labels: readonly string[] | null;
}

/** Name of our entry in the metadata. */
const entry = 'ztw';

const form = v.strictObject({
  format: v.literal('ztw-heads'),
  version: v.literal(1),
  network: v.string(),
  cuts: v.array(v.string()),
  heads: v.pipe(v.array(headSchema), v.minLength(1)),
  newClasses: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
  labels: v.nullable(v.array(v.string())),
});

type Description = v.InferOutput<typeof form>;

/**
 * Writes heads as one file, the same bytes for the same heads.
 * @throws InvalidInputError where numbers of heads, cuts, classes and labels differ, or values do not fit a head's
 *   layers.
 */
export function encodeHeads({ heads, ...about }: HeadsFile): Uint8Array {
  const specifications = heads.map(({ specification }) => specification);
  const description: Description = { format: 'ztw-heads', version: 1, ...about, heads: specifications } as Description;
  const problem = findProblem(description);
  if (problem !== null) throw new InvalidInputError(`These heads cannot be written: ${problem}.`);
  const tensors = heads.flatMap(({ specification, parameters }, index) => {
    const wrong = findParameterProblem(specification, parameters);
    if (wrong !== null) throw new InvalidInputError(`Head ${index} ${wrong}.`);
    return Object.entries(parameters).map(([name, values]) => [prefixOf(index) + name, values] as const);
  });
  return encodeSafetensors(new Map(tensors), { [entry]: JSON.stringify(description) });
}

/**
 * Reads what `encodeHeads` wrote. Whether the layers fit together is for `validateHead` of `@ztw/heads` to say.
 * @throws InvalidBundleError for anything else, naming the first thing that is wrong.
 */
export function decodeHeads(file: Uint8Array): HeadsFile {
  const { format: _format, version: _version, heads: specifications, ...about } = readDescription(file);
  const tensors = decodeSafetensors(file);
  const places = specifications.map((specification, index): HeadPlace => ({ prefix: prefixOf(index), specification }));
  refuseStrangers(places, tensors);
  return { ...about, heads: places.map((place) => headAt(place, tensors)) };
}

function readDescription(file: Uint8Array): Description {
  const text = decodeSafetensorsMetadata(file)[entry];
  if (text === undefined)
    throw new InvalidBundleError(
      'Expected a file of heads, with the entry "ztw"; received tensors without it. Choose a file of heads.',
      { path: 'ztw' },
    );
  const json = parseJson(
    text,
    (reason, cause) => new InvalidBundleError(`The description of the heads is ${reason}. Save them again.`, { cause }),
  );
  const result = v.safeParse(form, json, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    throw new InvalidBundleError(
      `The description of the heads: ${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}. This release reads version 1.`,
    );
  }
  const problem = findProblem(result.output);
  if (problem !== null) throw new InvalidBundleError(`The description of the heads: ${problem}.`);
  return result.output;
}

function findProblem({ cuts, heads, newClasses, labels }: Description): string | null {
  if (heads.length !== cuts.length || heads.length === 0) return `${heads.length} heads for ${cuts.length} cuts`;
  const classes = newClasses ?? (heads[0]?.classes as number);
  const other = heads.findIndex((head) => head.classes !== classes);
  if (other >= 0) return `head ${other} answers ${heads[other]?.classes} classes instead of ${classes}`;
  return labels === null || labels.length === classes ? null : `${labels.length} labels for ${classes} classes`;
}

function prefixOf(index: number): string {
  return `heads.${index}.`;
}
