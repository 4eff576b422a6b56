// A loaded TensorFlow.js network, and the same network as a program.

import type { io, Tensor } from '@tensorflow/tfjs-core';
import { InvalidInputError, InvalidModelError, type RowShape } from '@ztw/core';
import { graphModelProgram, layersModelProgram, type NetworkProgram } from '@ztw/runtime-tfjs';
import type { Tensorflow } from '../../runtime/tensorflow.ts';
import type { ModelFile } from './model-file.ts';

export interface TensorflowModel {
  readonly lowered: NetworkProgram;
  /** Runs the network as TensorFlow.js does. The result belongs to the caller. */
  run(input: Tensor): Tensor;
  dispose(): void;
}

export interface OpenTensorflowNetworkOptions {
  readonly tf: Tensorflow;
  readonly file: ModelFile;
  /** For reports, if the file has none. */
  readonly name: string;
  /** Shape of one row, channels first, where a GraphModel leaves a size open; else null. */
  readonly inputShape: RowShape | null;
}

/**
 * @throws InvalidModelError where TensorFlow.js cannot load it; UnsupportedModelError where a layer or node cannot be
 *   expressed; InvalidInputError for an input shape where the file has its own.
 */
export async function openTensorflowNetwork(options: OpenTensorflowNetworkOptions): Promise<TensorflowModel> {
  return options.file.kind === 'LayersModel' ? openLayersModel(options) : openGraphModel(options);
}

async function openLayersModel({ file, inputShape }: OpenTensorflowNetworkOptions): Promise<TensorflowModel> {
  if (inputShape !== null) {
    throw new InvalidInputError('a LayersModel has a fixed input shape. Leave --input-shape out.');
  }
  const { loadLayersModel } = await import('@tensorflow/tfjs-layers');
  const model = await loaded(file, loadLayersModel);
  return freeing(model, {
    lowered: () => layersModelProgram(model),
    run: (input) => model.predictOnBatch(input) as Tensor,
  });
}

async function openGraphModel({ tf, file, name, inputShape }: OpenTensorflowNetworkOptions): Promise<TensorflowModel> {
  const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
  const model = await loaded(file, loadGraphModel);
  const shape = inputShape === null ? {} : { inputShape };
  return freeing(model, {
    lowered: () => graphModelProgram({ tf, model, name, ...shape }),
    run: (input) => model.execute(input) as Tensor,
  });
}

interface Opening {
  lowered(): Promise<NetworkProgram>;
  run(input: Tensor): Tensor;
}

/** Frees the weights, also if the network is refused. */
async function freeing(model: { dispose(): unknown }, { lowered, run }: Opening): Promise<TensorflowModel> {
  const dispose = (): void => void model.dispose();
  try {
    return { lowered: await lowered(), run, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function loaded<T>({ kind, artifacts }: ModelFile, load: (handler: io.IOHandler) => Promise<T>): Promise<T> {
  try {
    return await load({ load: async () => artifacts });
  } catch (cause) {
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new InvalidModelError(`TensorFlow.js cannot load this ${kind}: ${reason}`, { cause });
  }
}
