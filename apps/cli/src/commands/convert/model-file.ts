// The file of a TensorFlow.js network, `model.json`, and the shards of its weights beside it.

import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import { InvalidInputError, InvalidModelError } from '@ztw/core';
import { parseJson } from '@ztw/core/runtime';
import { checkModelJson, type ModelJsonKind } from '@ztw/runtime-tfjs';
import { modelJsonBytesLimit } from '../../storage/file-limits.ts';
import { readBytes } from '../../storage/read-bytes.ts';
import { checkRelativeName } from '../../storage/relative-name.ts';

export type TensorflowModelKind = 'LayersModel' | 'GraphModel';

const kinds: Readonly<Record<ModelJsonKind, TensorflowModelKind>> = {
  'layers-model': 'LayersModel',
  'graph-model': 'GraphModel',
};

export interface ModelFile {
  readonly path: string;
  readonly kind: TensorflowModelKind;
  /** As TensorFlow.js loads it. */
  readonly artifacts: io.ModelArtifacts;
}

interface WeightsGroup {
  readonly paths: readonly string[];
  readonly weights: readonly io.WeightsManifestEntry[];
}

/**
 * Reads a network that TensorFlow.js saved or its converter wrote.
 * @param path `model.json`, or the folder that holds it.
 * @throws InvalidInputError where there is no such file; InvalidModelError for one that is no network of TensorFlow.js, and for shards
 *   that are missing, cut short or outside the folder.
 */
export async function readModelFile(path: string): Promise<ModelFile> {
  const file = (await stat(path).catch(() => null))?.isDirectory() === true ? join(path, 'model.json') : path;
  const json = parse(await readText(file));
  for (const name of shardNames(json.weightsManifest)) checkRelativeName(name);
  const { kind, weightBytes } = checkModelJson(json);
  const groups = json.weightsManifest as readonly WeightsGroup[];
  const names = groups.flatMap(({ paths }) => paths);
  const weightData = await readShards(dirname(file), names, weightBytes);
  if (weightData.byteLength !== weightBytes) {
    throw new InvalidModelError(
      `the weights should take ${weightBytes} bytes, but the shards hold ${weightData.byteLength}; copy the whole folder again.`,
    );
  }
  return {
    path: file,
    kind: kinds[kind],
    artifacts: {
      ...declarations(json),
      modelTopology: json.modelTopology as object,
      weightSpecs: groups.flatMap(({ weights }) => weights),
      weightData,
    },
  };
}

function parse(text: string): Record<string, unknown> {
  const value = parseJson(text, (reason, cause) => {
    return new InvalidModelError(`expected JSON, but it cannot be parsed: ${reason}`, { cause });
  });
  const object = objectOf(value);
  if (object === null) throw new InvalidModelError('expected a JSON object, as in the model.json of TensorFlow.js.');
  return object;
}

async function readText(file: string): Promise<string> {
  try {
    return new TextDecoder().decode(await readBytes(file, modelJsonBytesLimit));
  } catch (cause) {
    throw new InvalidInputError(`cannot read the network: ${(cause as Error).message}`, { cause });
  }
}

function objectOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** What a file may say of its kind, inputs and outputs, as it says it. */
function declarations(json: Record<string, unknown>): io.ModelArtifacts {
  const names = ['format', 'signature', 'userDefinedMetadata'];
  return Object.fromEntries(Object.entries(json).filter(([name, value]) => names.includes(name) && value !== null));
}

/** Names of files, as far as the list of weights is one; what else is wrong with it is found later. */
function shardNames(manifest: unknown): readonly string[] {
  const groups = Array.isArray(manifest) ? manifest.map(objectOf) : [];
  return groups
    .flatMap((group) => (Array.isArray(group?.paths) ? group.paths : []))
    .filter((name) => typeof name === 'string');
}

/** @param maximumBytes Of a shard; what lies beyond belongs to no weight. */
async function readShards(folder: string, names: readonly string[], maximumBytes: number): Promise<ArrayBuffer> {
  const shards: Uint8Array[] = [];
  for (const name of names) {
    try {
      shards.push(await readBytes(join(folder, name), maximumBytes));
    } catch (cause) {
      throw new InvalidModelError(
        `it names the weights ${name}, which cannot be read beside it (${(cause as Error).message}). Keep all shards in the folder of model.json.`,
        { cause },
      );
    }
  }
  const all = new Uint8Array(shards.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const shard of shards) {
    all.set(shard, offset);
    offset += shard.length;
  }
  return all.buffer;
}
