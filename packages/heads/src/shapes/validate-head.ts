import { type HeadLayer, type HeadSpecification, InvalidModelError } from '@ztw/core';
import { headShapes } from './head-shapes.ts';

/**
 * Checks that a head is whole: sizes are sensible, layers fit together, names are unique, and `[classes]` come out.
 * @throws InvalidModelError that names the first layer at fault.
 */
export function validateHead(specification: HeadSpecification): void {
  if (specification.specificationVersion !== 'v1') {
    throw new InvalidModelError(
      `Expected a head of specification version v1, received ${String(specification.specificationVersion)}.`,
    );
  }
  requireSizes('The head', { classes: specification.classes });
  for (const size of specification.inputShape) requireSizes('The head', { 'input size': size });
  for (const layer of specification.layers) requireSensibleSizes(layer);
  requireUniqueNames(specification.layers);
  requireOneCascade(specification);
  const output = headShapes(specification).at(-1) ?? specification.inputShape;
  if (output.length !== 1 || output[0] !== specification.classes) {
    throw new InvalidModelError(
      `Expected the head to end in logits [${specification.classes}], but it ends in [${output.join(', ')}].`,
    );
  }
}

function requireSensibleSizes(layer: HeadLayer): void {
  switch (layer.kind) {
    case 'conv2d': {
      const { inChannels, outChannels, kernelSize, stride, padding } = layer;
      requireSizes(`The layer "${layer.name}"`, { inChannels, outChannels, kernelSize, stride });
      requireIndices(`The layer "${layer.name}"`, { padding });
      return;
    }
    case 'mixed-pool':
    case 'adaptive-pools': {
      const [outputHeight, outputWidth] = layer.outputSize;
      requireSizes(`The layer ${layer.kind}`, { outputHeight, outputWidth });
      return;
    }
    case 'take-token':
      requireIndices('The layer take-token', { index: layer.index });
      return;
    case 'layer-norm':
      requireSizes(`The layer "${layer.name}"`, { size: layer.size });
      requireEpsilon(layer);
      return;
    case 'cascade':
      requireSizes(`The layer "${layer.name}"`, { classes: layer.classes });
      requireEpsilon(layer);
      return;
    case 'dense':
      requireSizes(`The layer "${layer.name}"`, { inFeatures: layer.inFeatures, outFeatures: layer.outFeatures });
      return;
    case 'relu':
    case 'gelu':
    case 'channels-first':
    case 'pool-mix':
    case 'flatten':
    case 'mean-tokens':
      return;
    default:
      throw new InvalidModelError(`Unknown kind of layer "${(layer as HeadLayer).kind}" in a head.`);
  }
}

function requireSizes(owner: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new InvalidModelError(`${owner} needs a positive integer as ${name}, received ${value}.`);
    }
  }
}

function requireIndices(owner: string, indices: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(indices)) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new InvalidModelError(`${owner} needs an integer of at least 0 as ${name}, received ${value}.`);
    }
  }
}

function requireEpsilon(layer: { readonly name: string; readonly epsilon: number }): void {
  if (!(Number.isFinite(layer.epsilon) && layer.epsilon > 0)) {
    throw new InvalidModelError(`The layer "${layer.name}" needs a positive epsilon, received ${layer.epsilon}.`);
  }
}

function requireUniqueNames(layers: readonly HeadLayer[]): void {
  const names = new Set<string>();
  for (const layer of layers) {
    if (!('name' in layer)) continue;
    if (layer.name === '' || names.has(layer.name)) {
      throw new InvalidModelError(`Every named layer of a head needs a name of its own, found "${layer.name}" again.`);
    }
    names.add(layer.name);
  }
}

function requireOneCascade({ layers, classes }: HeadSpecification): void {
  const cascades = layers.filter((layer) => layer.kind === 'cascade');
  if (cascades.length > 1) throw new InvalidModelError(`A head has at most one cascade, found ${cascades.length}.`);
  for (const cascade of cascades) {
    if (cascade.classes !== classes) {
      throw new InvalidModelError(`The cascade "${cascade.name}" has ${cascade.classes} classes, its head ${classes}.`);
    }
  }
}
