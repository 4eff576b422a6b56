// Networks from files.

import { basename } from 'node:path';
import { InvalidInputError } from '@ztw/core';
import type { AnalyseGraphOptions } from '@ztw/onnx-graph';
import { type OnnxNetwork, openNetwork } from '@ztw/training/onnx';
import { networkBytesLimit } from '../storage/file-limits.ts';
import { readBytes } from '../storage/read-bytes.ts';
import { backendOf } from './onnx-backend.ts';
import type { LoadedRuntime } from './onnx-runtime.ts';

/**
 * Reads a network from a file and analyses it; this runs it twice on zeros. Its name is the file's without `.onnx`.
 * @throws InvalidInputError when there is no such file, InvalidModelError when it is no valid network, UnsupportedModelError for one that cannot be cut.
 */
export async function readNetwork(
  path: string,
  runtime: LoadedRuntime,
  graph: AnalyseGraphOptions = {},
): Promise<OnnxNetwork> {
  const bytes = await readNetworkFile(path);
  const name = basename(path).replace(/\.onnx$/i, '');
  return openNetwork({ name, bytes }, { onnx: backendOf(runtime), graph, subject: path });
}

async function readNetworkFile(path: string): Promise<Uint8Array> {
  try {
    return await readBytes(path, networkBytesLimit);
  } catch (cause) {
    throw new InvalidInputError(`cannot read the network ${path}: ${(cause as Error).message}`, { cause });
  }
}
