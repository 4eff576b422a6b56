import { InvalidModelError } from '@ztw/core';
import * as v from 'valibot';
import type { HeadSpecification } from '../head.ts';
import type { HeadLayer } from '../layers/layer-kinds.ts';
import { headSchema } from './head-schema.ts';
import { headShapes } from './head-shapes.ts';
import { previousClasses } from './previous-logits.ts';

/**
 * Checks that a head is whole: its fields hold what they may, layers fit together, names are unique, and `[classes]`
 * come out.
 * @throws InvalidModelError that names the first layer or field at fault.
 */
export function validateHead(specification: HeadSpecification): void {
  if (specification.specificationVersion !== 'v1') {
    throw new InvalidModelError(
      `Expected a head of specification version v1, received ${String(specification.specificationVersion)}.`,
    );
  }
  requireForm(specification);
  requireUniqueNames(specification.layers);
  requireOneCascade(specification);
  const output = headShapes(specification).at(-1) ?? specification.inputShape;
  if (output.length !== 1 || output[0] !== specification.classes) {
    throw new InvalidModelError(
      `Expected the head to end in logits [${specification.classes}], but it ends in [${output.join(', ')}].`,
    );
  }
}

function requireForm(specification: HeadSpecification): void {
  const result = v.safeParse(headSchema, specification, { abortEarly: true });
  if (result.success) return;
  const [issue] = result.issues;
  throw new InvalidModelError(`A field of the head is wrong: ${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}.`);
}

function requireUniqueNames(layers: readonly HeadLayer[]): void {
  const names = new Set<string>();
  for (const layer of layers) {
    if (!('name' in layer)) continue;
    if (names.has(layer.name)) {
      throw new InvalidModelError(`Every named layer of a head needs a name of its own, found "${layer.name}" again.`);
    }
    names.add(layer.name);
  }
}

function requireOneCascade({ layers, classes }: HeadSpecification): void {
  const cascades = layers.flatMap((layer) => previousClasses({ layers: [layer] }) ?? []);
  if (cascades.length > 1) throw new InvalidModelError(`A head has at most one cascade, found ${cascades.length}.`);
  for (const before of cascades) {
    if (before !== classes) {
      throw new InvalidModelError(`The cascade of a head reads logits of ${before} classes, the head has ${classes}.`);
    }
  }
}
