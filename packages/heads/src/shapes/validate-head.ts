import { InvalidModelError } from '@ztw/core';
import * as v from 'valibot';
import type { HeadSpecification } from '../head.ts';
import type { HeadLayer } from '../layers/layer-kinds.ts';
import { headSchema } from './head-schema.ts';
import { headShapes } from './head-shapes.ts';
import { previousClasses } from './previous-logits.ts';

/**
 * Checks that a head is valid: its fields match the schema, its layers fit together, their names are unique, and the
 * output is `[classes]`.
 * @throws InvalidModelError that names the first invalid layer or field.
 */
export function validateHead(specification: HeadSpecification): void {
  if (specification.specificationVersion !== 'v1') {
    throw new InvalidModelError(
      `Expected a head of specification version v1; received ${String(specification.specificationVersion)}.`,
      { expected: 'v1', received: specification.specificationVersion, path: 'specificationVersion' },
    );
  }
  requireForm(specification);
  requireUniqueNames(specification.layers);
  requireOneCascade(specification);
  const output = headShapes(specification).at(-1) ?? specification.inputShape;
  if (output.length !== 1 || output[0] !== specification.classes) {
    throw new InvalidModelError(
      `Expected the head to end in logits [${specification.classes}]; received [${output.join(', ')}].`,
      { expected: [specification.classes], received: output, path: 'layers' },
    );
  }
}

function requireForm(specification: HeadSpecification): void {
  const result = v.safeParse(headSchema, specification, { abortEarly: true });
  if (result.success) return;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? 'the head';
  throw new InvalidModelError(`A field of the head is invalid: ${path}: ${issue.message}.`, {
    expected: issue.expected,
    received: issue.received,
    path,
  });
}

function requireUniqueNames(layers: readonly HeadLayer[]): void {
  const names = new Set<string>();
  for (const layer of layers) {
    if (!('name' in layer)) continue;
    if (names.has(layer.name)) {
      throw new InvalidModelError(`Expected unique names of layers in a head; received "${layer.name}" twice.`, {
        received: layer.name,
        path: 'layers',
      });
    }
    names.add(layer.name);
  }
}

function requireOneCascade({ layers, classes }: HeadSpecification): void {
  const cascades = layers.flatMap((layer) => previousClasses({ layers: [layer] }) ?? []);
  if (cascades.length > 1) {
    throw new InvalidModelError(`Expected at most one cascade in a head; received ${cascades.length}.`, {
      expected: 'at most 1',
      received: cascades.length,
      path: 'layers',
    });
  }
  for (const before of cascades) {
    if (before !== classes) {
      throw new InvalidModelError(
        `Expected the cascade to read logits of ${classes} classes, as the head has; received ${before} classes.`,
        { expected: classes, received: before, path: 'layers' },
      );
    }
  }
}
