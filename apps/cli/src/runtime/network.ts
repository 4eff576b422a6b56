// Networks from files.

import { basename } from 'node:path';
import { InvalidInputError, UnsupportedModelError } from '@ztw/core';
import type { AnalyseGraphOptions } from '@ztw/onnx-graph';
import { type OnnxNetwork, openNetwork } from '@ztw/training/onnx';
import { networkBytesLimit } from '../storage/file-limits.ts';
import { readBytes } from '../storage/read-bytes.ts';
import { backendOf } from './onnx-backend.ts';
import type { LoadedRuntime } from './onnx-runtime.ts';

/**
 * Reads a network from a file and analyses it; this runs it twice on zeros. Its name is the file's without `.onnx`.
 * @throws InvalidInputError if there is no such file, InvalidModelError if it is not a valid network,
 *   UnsupportedModelError if it cannot be cut.
 */
export async function readNetwork(
  path: string,
  runtime: LoadedRuntime,
  graph: AnalyseGraphOptions = {},
): Promise<OnnxNetwork> {
  const bytes = await readNetworkFile(path);
  const name = basename(path).replace(/\.onnx$/i, '');
  try {
    return await openNetwork({ name, bytes }, { onnx: backendOf(runtime), graph, subject: path });
  } catch (error) {
    throw withOptionNames(error);
  }
}

/** The same error, with options of the command where the library names its parameters. */
function withOptionNames(error: unknown): unknown {
  if (!UnsupportedModelError.isInstance(error) && !InvalidInputError.isInstance(error)) return error;
  const message = error.message.replaceAll(/`?\binputShape\b`?/g, '--input-shape');
  if (message === error.message) return error;
  const ErrorClass = UnsupportedModelError.isInstance(error) ? UnsupportedModelError : InvalidInputError;
  const { expected, received, path } = error;
  return new ErrorClass(message, { cause: error, expected, received, ...(path === null ? {} : { path }) });
}

async function readNetworkFile(path: string): Promise<Uint8Array> {
  try {
    return await readBytes(path, networkBytesLimit);
  } catch (cause) {
    throw new InvalidInputError(`Cannot read the network ${path}: ${(cause as Error).message}`, { cause });
  }
}
