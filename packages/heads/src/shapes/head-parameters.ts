// Which parameters a head has, and whether given values are exactly these.

import { InvalidModelError } from '@ztw/core';
import { type Parameter, rowSize } from '@ztw/core/runtime';
import type { HeadParameters, HeadSpecification } from '../head.ts';
import type { ParameterDefinition } from '../layers/layer-definition.ts';
import { definitionOf, type HeadLayer } from '../layers/layer-kinds.ts';
import type { NamedParameter } from '../layers/layer-writer.ts';

/** A layer's parameters by their full names, in the order in which they are stored. */
export function layerParameters(layer: HeadLayer): readonly (readonly [string, ParameterDefinition])[] {
  const parameters = Object.entries(definitionOf(layer).parameters?.(layer) ?? {});
  return parameters.map(([name, definition]) => [parameterName(layer, name), definition]);
}

/** Shape of every parameter of a head by name, in the order of its layers. */
export function parameterShapes({
  layers,
}: Pick<HeadSpecification, 'layers'>): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(layers.flatMap(layerParameters).map(([name, { shape }]) => [name, shape]));
}

/** Number of learned values of a head. */
export function parameterCount(specification: Pick<HeadSpecification, 'layers'>): number {
  return Object.values(parameterShapes(specification)).reduce((sum, shape) => sum + rowSize(shape), 0);
}

/** What is wrong with the values of a head; null where they are exactly what its layers name. */
export function findParameterProblem(
  specification: Pick<HeadSpecification, 'layers'>,
  parameters: HeadParameters,
): string | null {
  const shapes = new Map(Object.entries(parameterShapes(specification)));
  for (const [name, shape] of shapes) {
    const parameter: Parameter | undefined = parameters[name];
    if (parameter === undefined) return `has no values for ${name}`;
    if (!hasShape(parameter, shape)) {
      return `has values of shape [${parameter.shape}] for ${name}; expected [${shape}]`;
    }
  }
  const stranger = Object.keys(parameters).find((name) => !shapes.has(name));
  return stranger === undefined ? null : `has values for ${stranger}, which none of its layers names`;
}

/**
 * Looks the parameters of one layer up among those of its head.
 * @returns a function of the parameter's name in the layer; it throws InvalidModelError where there are no values of
 *   that shape.
 */
export function parametersOf(layer: HeadLayer, parameters: HeadParameters): (name: string) => NamedParameter {
  const definitions = definitionOf(layer).parameters?.(layer) ?? {};
  return (name) => {
    const shape = definitions[name]?.shape;
    if (shape === undefined) throw new InvalidModelError(`internal: a ${layer.kind} layer has no parameter "${name}".`);
    const parameter = parameters[parameterName(layer, name)];
    const expected = `Expected a parameter "${parameterName(layer, name)}" of shape [${shape.join(', ')}]`;
    if (parameter === undefined) throw new InvalidModelError(`${expected}, but the head has none of that name.`);
    if (!hasShape(parameter, shape)) {
      const { data } = parameter;
      throw new InvalidModelError(`${expected}, received [${parameter.shape.join(', ')}] with ${data.length} values.`);
    }
    return { ...parameter, name: parameterName(layer, name) };
  };
}

function hasShape(parameter: Parameter, shape: readonly number[]): boolean {
  return (
    parameter.shape.length === shape.length &&
    parameter.shape.every((size, axis) => size === shape[axis]) &&
    parameter.data.length === rowSize(shape)
  );
}

/** The full name, in its head, of a layer's parameter. */
export function parameterName(layer: HeadLayer, name: string): string {
  return `${'name' in layer ? layer.name : layer.kind}.${name}`;
}
