// A network of TensorFlow.js, loaded, and the same as a program.

import type { io, Tensor } from '@tensorflow/tfjs-core';
import { InvalidModelError } from '@ztw/core';
import { layersModelProgram, type NetworkProgram } from '@ztw/runtime-tfjs';
import type { ModelFile } from './model-file.ts';

export interface TensorflowModel {
  readonly lowered: NetworkProgram;
  /** Runs the network as TensorFlow.js does. The result belongs to the caller. */
  run(input: Tensor): Tensor;
  dispose(): void;
}

/**
 * @throws InvalidModelError where TensorFlow.js cannot load it; UnsupportedModelError where a layer or node cannot be expressed.
 */
export async function openTensorflowNetwork({ kind, artifacts }: ModelFile): Promise<TensorflowModel> {
  const handler: io.IOHandler = { load: async () => artifacts };
  const { loadLayersModel } = await import('@tensorflow/tfjs-layers');
  const model = await loaded(kind, () => loadLayersModel(handler));
  return {
    lowered: await layersModelProgram(model),
    run: (input) => model.predictOnBatch(input) as Tensor,
    dispose: () => model.dispose(),
  };
}

async function loaded<T>(kind: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new InvalidModelError(`TensorFlow.js cannot load this ${kind}: ${reason}`, { cause });
  }
}
