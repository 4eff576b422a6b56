// The file of a TensorFlow.js network, `model.json`, and the shards of its weights beside it.

import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import { InvalidInputError, InvalidModelError } from '@ztw/core';
import { readBytes } from '../../storage/read-bytes.ts';
import { checkRelativeName } from '../../storage/relative-name.ts';

export type TensorflowModelKind = 'LayersModel' | 'GraphModel';

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

/** Bytes per value, as they are stored. */
const storedBytes: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  complex64: 8,
  float16: 2,
  uint8: 1,
  uint16: 2,
};

/**
 * Reads a network that TensorFlow.js saved or its converter wrote.
 * @param path `model.json`, or the folder that holds it.
 * @throws InvalidInputError where there is no such file; InvalidModelError for one that is no network of TensorFlow.js, and for shards
 *   that are missing, cut short or outside the folder.
 */
export async function readModelFile(path: string): Promise<ModelFile> {
  const file = (await stat(path).catch(() => null))?.isDirectory() === true ? join(path, 'model.json') : path;
  const json = parse(await readText(file));
  const topology = objectOf(json.modelTopology);
  const manifest = json.weightsManifest;
  if (topology === null || !Array.isArray(manifest)) {
    throw new InvalidModelError(
      'expected the model.json of a TensorFlow.js network, with modelTopology and weightsManifest. Save it with model.save, or make it with tensorflowjs_converter.',
    );
  }
  const groups = manifest as readonly WeightsGroup[];
  const weightSpecs = groups.flatMap(({ weights = [] }) => weights);
  const weightData = await readShards(
    dirname(file),
    groups.flatMap(({ paths = [] }) => paths),
  );
  const expected = weightSpecs.reduce((sum, spec) => sum + bytesOf(spec), 0);
  if (weightData.byteLength !== expected) {
    throw new InvalidModelError(
      `the weights should take ${expected} bytes, but the shards hold ${weightData.byteLength}; copy the whole folder again.`,
    );
  }
  return {
    path: file,
    kind: kindOf(json, topology),
    artifacts: { ...declarations(json), modelTopology: topology, weightSpecs: [...weightSpecs], weightData },
  };
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidModelError(`expected JSON, but it cannot be parsed: ${(cause as Error).message}`, { cause });
  }
  const object = objectOf(value);
  if (object === null) throw new InvalidModelError('expected a JSON object, as in the model.json of TensorFlow.js.');
  return object;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
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

/** Files of early versions do not say their kind, but a GraphModel is a list of nodes. */
function kindOf({ format }: Record<string, unknown>, topology: Record<string, unknown>): TensorflowModelKind {
  if (format === 'layers-model') return 'LayersModel';
  if (format === 'graph-model' || Array.isArray(topology.node)) return 'GraphModel';
  if (format === undefined) return 'LayersModel';
  throw new InvalidModelError(
    `its format is ${JSON.stringify(format)}; supported are layers-model and graph-model of TensorFlow.js.`,
  );
}

async function readShards(folder: string, names: readonly string[]): Promise<ArrayBuffer> {
  const shards: Uint8Array[] = [];
  for (const name of names) {
    checkRelativeName(name);
    try {
      shards.push(await readBytes(join(folder, name)));
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

function bytesOf({ name, shape, dtype, quantization }: io.WeightsManifestEntry): number {
  const size = storedBytes[quantization?.dtype ?? dtype];
  if (size === undefined || !Array.isArray(shape)) {
    throw new InvalidModelError(`the weight "${name}" of type ${dtype} cannot be part of a classifier.`);
  }
  return shape.reduce((product, length) => product * length, size);
}
