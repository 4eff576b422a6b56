// Converts heads to the tensors of weights files and back. In one file for all heads, the values of stage M of network N
// are stored under `networks.N.stages.M.`; in the weights of a stage, under `head.`.

import { InvalidBundleError, InvalidInputError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import { findParameterProblem, type Head, type HeadSpecification } from '@ztw/heads';
import type { BundleNetwork, BundleStage } from './manifest.ts';
import type { SafetensorsFile } from './open-safetensors.ts';
import { openStageWeights } from './stage-weights.ts';

/**
 * Names the values of all heads for the weights file.
 * @param heads One list per network: the heads of its ICs, in the order of its stages.
 * @throws InvalidInputError if the number of heads or their values do not fit the stages.
 */
export function tensorsFromHeads(
  networks: readonly BundleNetwork[],
  heads: readonly (readonly Head[])[],
): Map<string, Parameter> {
  const tensors = new Map<string, Parameter>();
  if (heads.length !== networks.length) {
    throw new InvalidInputError(
      `Expected heads of ${networks.length} networks, one list each; received ${heads.length} lists.`,
      { expected: networks.length, received: heads.length, path: 'heads' },
    );
  }
  networks.forEach((network, networkIndex) => {
    const places = headPlaces(network, networkIndex);
    const given = heads[networkIndex] as readonly Head[];
    if (given.length !== places.length) {
      throw new InvalidInputError(
        `Expected ${places.length} heads for network ${network.name}, one per stage with an IC; ` +
          `received ${given.length}.`,
        { expected: places.length, received: given.length, path: network.name },
      );
    }
    places.forEach(({ prefix, specification }, position) => {
      const { parameters } = given[position] as Head;
      const problem = findParameterProblem(specification, parameters);
      if (problem !== null) {
        throw new InvalidInputError(`Head ${position} of network ${network.name} ${problem}.`, { path: prefix });
      }
      for (const [name, parameter] of Object.entries(parameters)) tensors.set(prefix + name, parameter);
    });
  });
  return tensors;
}

/**
 * Restores the heads of all networks from their tensors.
 * @throws InvalidBundleError unless the tensors are exactly those of the stages' heads.
 */
export function headsFromTensors(
  networks: readonly BundleNetwork[],
  tensors: ReadonlyMap<string, Parameter>,
): Head[][] {
  const places = networks.map(headPlaces);
  const heads = places.map((ofNetwork) => ofNetwork.map((place) => headAt(place, tensors)));
  checkNoOtherTensors(places.flat(), tensors);
  return heads;
}

/**
 * Restores one head from its tensors.
 * @throws InvalidBundleError unless the tensors under its prefix are exactly those of its layers.
 */
export function headAt({ prefix, specification }: HeadPlace, tensors: ReadonlyMap<string, Parameter>): Head {
  const own = [...tensors].filter(([name]) => name.startsWith(prefix));
  const parameters = Object.fromEntries(own.map(([name, values]) => [name.slice(prefix.length), values]));
  const problem = findParameterProblem(specification, parameters);
  if (problem !== null) throw new InvalidBundleError(`The head under ${prefix} ${problem}.`, { path: prefix });
  return { specification, parameters };
}

/** Start of the names of a head's values in the weights of its stage. */
export const headPrefix = 'head.';

/**
 * Restores the head of a stage from the weights of the stage. A value that other stages use too is in a shared file; the
 * metadata of the stage's own file then has its name there.
 * @throws InvalidBundleError unless the tensors under `head.` are exactly those of its layers. Errors of `readFile` pass
 *   through.
 */
async function headOfStage(
  { weights = [] }: BundleStage,
  specification: HeadSpecification,
  readFile: (path: string) => Promise<Uint8Array>,
): Promise<Head> {
  const files = await openStageWeights(weights, readFile);
  const own: SafetensorsFile | undefined = files.files[0];
  const named = [...(own?.tensors.keys() ?? [])].map((name) => [name, name] as const);
  const elsewhere = Object.entries(own?.metadata() ?? {});
  const tensors = [...named, ...elsewhere]
    .filter(([name]) => name.startsWith(headPrefix))
    .map(([name, stored]) => [name, files.read(stored)] as const);
  return headAt({ prefix: headPrefix, specification }, new Map(tensors));
}

/**
 * Restores the heads of all networks from the weights of their stages, one list per network.
 * @throws as `headOfStage`.
 */
export async function headsOfStages(
  networks: readonly BundleNetwork[],
  readFile: (path: string) => Promise<Uint8Array>,
): Promise<Head[][]> {
  const heads: Head[][] = [];
  for (const { stages } of networks) {
    const ofNetwork: Head[] = [];
    for (const stage of stages) {
      if (stage.head !== null) ofNetwork.push(await headOfStage(stage, stage.head, readFile));
    }
    heads.push(ofNetwork);
  }
  return heads;
}

/** @throws InvalidBundleError for a tensor that belongs to no head. */
export function checkNoOtherTensors(places: readonly HeadPlace[], tensors: ReadonlyMap<string, Parameter>): void {
  const other = [...tensors.keys()].find((name) => !places.some(({ prefix }) => name.startsWith(prefix)));
  if (other !== undefined) {
    throw new InvalidBundleError(`The weights file holds ${other}, which belongs to none of the described heads.`, {
      received: other,
    });
  }
}

export interface HeadPlace {
  /** Prefix of the names of its tensors. */
  readonly prefix: string;
  readonly specification: HeadSpecification;
}

function headPlaces(network: BundleNetwork, networkIndex: number): HeadPlace[] {
  return network.stages.flatMap(({ head }, stageIndex) =>
    head === null ? [] : [{ prefix: `networks.${networkIndex}.stages.${stageIndex}.`, specification: head }],
  );
}
