// Between heads and the tensors of the weights file. Stage M of network N keeps its values under
// `networks.N.stages.M.`.

import { InvalidBundleError, InvalidInputError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import { findParameterProblem, type Head, type HeadSpecification } from '@ztw/heads';
import type { BundleNetwork } from './manifest.ts';

/**
 * Names the values of all heads for the weights file.
 * @param heads One list per network: the heads of its ICs, in the order of its stages.
 * @throws InvalidInputError where the number of heads or their values do not fit the stages.
 */
export function tensorsFromHeads(
  networks: readonly BundleNetwork[],
  heads: readonly (readonly Head[])[],
): Map<string, Parameter> {
  const tensors = new Map<string, Parameter>();
  if (heads.length !== networks.length) {
    throw new InvalidInputError(
      `Expected heads of ${networks.length} networks, one list each; received ${heads.length} lists.`,
      {
        expected: networks.length,
        received: heads.length,
      },
    );
  }
  networks.forEach((network, networkIndex) => {
    const places = headPlaces(network, networkIndex);
    const given = heads[networkIndex] as readonly Head[];
    if (given.length !== places.length) {
      throw new InvalidInputError(
        `Expected ${places.length} heads for network ${network.name}, one per stage with an IC; received ${given.length}.`,
        { expected: places.length, received: given.length, path: network.name },
      );
    }
    places.forEach(({ prefix, specification }, position) => {
      const { parameters } = given[position] as Head;
      const problem = findParameterProblem(specification, parameters);
      if (problem !== null) throw new InvalidInputError(`Head ${position} of network ${network.name} ${problem}.`);
      for (const [name, parameter] of Object.entries(parameters)) tensors.set(prefix + name, parameter);
    });
  });
  return tensors;
}

/**
 * Puts the heads of all networks together again.
 * @throws InvalidBundleError where the tensors are not exactly those that the stages' heads name.
 */
export function headsFromTensors(
  networks: readonly BundleNetwork[],
  tensors: ReadonlyMap<string, Parameter>,
): Head[][] {
  const places = networks.map(headPlaces);
  const heads = places.map((ofNetwork) => ofNetwork.map((place) => headAt(place, tensors)));
  refuseStrangers(places.flat(), tensors);
  return heads;
}

/**
 * Puts one head together.
 * @throws InvalidBundleError where the tensors under its prefix are not exactly those that it names.
 */
export function headAt({ prefix, specification }: HeadPlace, tensors: ReadonlyMap<string, Parameter>): Head {
  const own = [...tensors].filter(([name]) => name.startsWith(prefix));
  const parameters = Object.fromEntries(own.map(([name, values]) => [name.slice(prefix.length), values]));
  const problem = findParameterProblem(specification, parameters);
  if (problem !== null) throw new InvalidBundleError(`The head under ${prefix} ${problem}.`);
  return { specification, parameters };
}

/** @throws InvalidBundleError for a tensor that belongs to no head. */
export function refuseStrangers(places: readonly HeadPlace[], tensors: ReadonlyMap<string, Parameter>): void {
  const stranger = [...tensors.keys()].find((name) => !places.some(({ prefix }) => name.startsWith(prefix)));
  if (stranger !== undefined) {
    throw new InvalidBundleError(`The weights file holds ${stranger}, which belongs to none of the described heads.`, {
      received: stranger,
    });
  }
}

export interface HeadPlace {
  /** What the names of its tensors begin with. */
  readonly prefix: string;
  readonly specification: HeadSpecification;
}

function headPlaces(network: BundleNetwork, networkIndex: number): HeadPlace[] {
  return network.stages.flatMap(({ head }, stageIndex) =>
    head === null ? [] : [{ prefix: `networks.${networkIndex}.stages.${stageIndex}.`, specification: head }],
  );
}
