import { type Parameter, rowSize } from '@ztw/core/runtime';
import type { Head, HeadSpecification } from '../head.ts';
import { layerParameters } from '../shapes/head-parameters.ts';
import { validateHead } from '../shapes/validate-head.ts';
import { seededRandom } from './seeded-random.ts';

/**
 * A head with fresh values, the same for the same specification and seed; each kind of layer says how its own are
 * drawn.
 * The values do not depend on whether the parameter-free prefix is part of the head.
 * @throws InvalidModelError where the layers do not fit together.
 */
export function initialiseHead(specification: HeadSpecification, seed: number): Head {
  validateHead(specification);
  const random = seededRandom(seed);
  const parameters = specification.layers
    .flatMap(layerParameters)
    .map(([name, { shape, initial }]): [string, Parameter] => [
      name,
      { shape, data: Float32Array.from({ length: rowSize(shape) }, () => initial(random)) },
    ]);
  return { specification, parameters: Object.fromEntries(parameters) };
}
