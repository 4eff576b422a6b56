// The values of one stage, from its own weights file and those that it shares with other stages.

import { InvalidBundleError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import { openSafetensors, type SafetensorsFile } from './open-safetensors.ts';

/** Stored tensors of one stage. */
export interface StageWeights {
  /** Shapes of all tensors, by name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Copies the values of one tensor. @throws InvalidBundleError for a name that no file has. */
  read(name: string): Parameter;
}

/** Opened weights files of one stage. */
export interface StageWeightsFiles extends StageWeights {
  /** In the order of their paths. */
  readonly files: readonly SafetensorsFile[];
}

/** Tensors that are in memory already, for a stage that is not in a bundle. */
export function weightsInMemory(tensors: ReadonlyMap<string, Parameter>): StageWeights {
  return {
    shapes: new Map([...tensors].map(([name, { shape }]) => [name, shape])),
    read(name) {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new Error(`internal: there is no tensor ${name}`);
      return { shape: tensor.shape, data: tensor.data.slice() };
    },
  };
}

/**
 * Opens the weights files of a stage. Values are read on demand, tensor by tensor.
 * @param paths `weights` of a stage, or the weights of its program.
 * @throws InvalidBundleError for a damaged file, and for a tensor that two files have. Errors of `readFile` pass through.
 * @example
 * const weights = await openStageWeights(stage.weights ?? [], readFile);
 * const { shape, data } = weights.read('graph.conv1.weight');
 */
export async function openStageWeights(
  paths: readonly string[],
  readFile: (path: string) => Promise<Uint8Array>,
): Promise<StageWeightsFiles> {
  const files: SafetensorsFile[] = [];
  const fileOf = new Map<string, SafetensorsFile>();
  const shapes = new Map<string, readonly number[]>();
  // All at once: a loader of files in order must know all files of a stage before those of the next.
  const read = await Promise.all(paths.map((path) => readFile(path)));
  for (const [index, path] of paths.entries()) {
    const file = openSafetensors(read[index] as Uint8Array);
    files.push(file);
    for (const [name, { shape }] of file.tensors) {
      if (fileOf.has(name)) {
        throw new InvalidBundleError(
          `Expected every tensor of a stage in one weights file; received "${name}" in ${path} and in an earlier one. Make the bundle again.`,
          { expected: 'one tensor of this name', received: name, path },
        );
      }
      fileOf.set(name, file);
      shapes.set(name, shape);
    }
  }
  return {
    files,
    shapes,
    read(name) {
      const file = fileOf.get(name);
      if (file !== undefined) return file.read(name);
      throw new InvalidBundleError(
        `Expected the tensor "${name}" in ${paths.join(' or ') || 'a weights file'}; received files without it. Make the bundle again.`,
        { expected: name, received: [...shapes.keys()].slice(0, 10), path: name },
      );
    },
  };
}
