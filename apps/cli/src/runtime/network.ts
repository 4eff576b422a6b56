// A pretrained network as the jobs see it: its bytes, its graph, and what the graph costs where.

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { InvalidInputError } from '@ztw/core';
import { type AnalyseGraphOptions, analyseGraph, type GraphAnalysis, readModel } from '@ztw/onnx-graph';
import { createGraphProbe } from '@ztw/runtime-onnx';
import { about } from '../program/about.ts';
import { networkBytesLimit } from '../storage/file-limits.ts';
import { readBytes } from '../storage/read-bytes.ts';
import type { LoadedRuntime } from './onnx-runtime.ts';

export interface Network {
  /** The file's name without `.onnx`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Lower-case hex, of the file. */
  readonly sha256: string;
  readonly analysis: GraphAnalysis;
}

/**
 * Reads a network from a file and analyses it; this runs it twice on zeros.
 * @throws InvalidInputError when there is no such file, InvalidModelError when it is no valid network, UnsupportedModelError for one that cannot be cut.
 */
export async function readNetwork(
  path: string,
  runtime: LoadedRuntime,
  options: AnalyseGraphOptions = {},
): Promise<Network> {
  const bytes = await readNetworkFile(path);
  const probe = createGraphProbe({ ort: runtime.ort, ...runtime.wholeSettings });
  return {
    name: basename(path).replace(/\.onnx$/i, ''),
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    analysis: await about(path, async () => analyseGraph(readModel(bytes), probe, options)),
  };
}

async function readNetworkFile(path: string): Promise<Uint8Array> {
  try {
    return await readBytes(path, networkBytesLimit);
  } catch (cause) {
    throw new InvalidInputError(`cannot read the network ${path}: ${(cause as Error).message}`, { cause });
  }
}
