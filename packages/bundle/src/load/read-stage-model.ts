// The ONNX model of a stage, with the values that it keeps in the stage's weights files.

import { InvalidBundleError, InvalidModelError, UnsupportedModelError } from '@ztw/core';
import type { BundleStage } from '../manifest.ts';
import { checkExternalTensors } from '../onnx-data/check-external-tensors.ts';
import { type ExternalTensor, externalTensors } from '../onnx-data/external-tensors.ts';
import { foldExternalData } from '../onnx-data/fold-external-data.ts';

export interface StageModelFiles {
  /** The ONNX file. */
  readonly bytes: Uint8Array;
  /**
   * Files with values, by the location that the ONNX file gives: for `foldExternalData`, or for ONNX Runtime's session
   * option `externalData`. Empty for a model that holds all its values.
   */
  readonly external: ReadonlyMap<string, Uint8Array>;
}

/**
 * Reads the ONNX model of a stage and the weights files that it refers to, and checks all references. ONNX Runtime never
 * sees a reference to a file that is not part of the stage.
 * @throws UnsupportedModelError for a stage without an ONNX model; InvalidBundleError for a reference to a file that is
 *   not one of the stage's `weights`; InvalidModelError for a damaged model and for values beyond the end of their file.
 *   Errors of `readFile` pass through.
 */
export async function readStageModel(
  stage: BundleStage,
  readFile: (path: string) => Promise<Uint8Array>,
): Promise<StageModelFiles> {
  const { weights = [] } = stage;
  // All at once: a loader of files in order must know all files of a stage before those of the next.
  const [bytes, ...values] = await Promise.all([readFile(modelPath(stage)), ...weights.map((path) => readFile(path))]);
  const { tensors, paths } = references(stage, bytes);
  const external = new Map<string, Uint8Array>();
  for (const [location, path] of paths) external.set(location, values[weights.indexOf(path)] as Uint8Array);
  checkExternalTensors(tensors, sizesOf(external));
  return { bytes, external };
}

/**
 * The ONNX model of a stage with all its values inside.
 * @param files The files of the bundle, by path.
 * @throws as `readStageModel`; InvalidModelError also for a file that is missing.
 */
export function wholeStageModel(stage: BundleStage, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const path = modelPath(stage);
  const bytes = files.get(path);
  if (bytes === undefined) {
    throw new InvalidModelError(
      `Expected the model ${path} of the stage "${stage.name}"; received no such file. Pass all files of the network.`,
      { expected: path, path },
    );
  }
  const external = new Map<string, Uint8Array>();
  for (const [location, referenced] of references(stage, bytes).paths) {
    const values = files.get(referenced);
    if (values !== undefined) external.set(location, values);
  }
  return foldExternalData(bytes, external);
}

function modelPath({ name, model }: BundleStage): string {
  if (model !== undefined) return model;
  throw new UnsupportedModelError(
    `Expected an ONNX model of the stage "${name}"; received none. Make the bundle again for ONNX Runtime, or run it on TensorFlow.js.`,
    { expected: 'an ONNX model', path: name },
  );
}

/** External tensors of a model, and the paths of their files by location. */
function references(
  stage: BundleStage,
  bytes: Uint8Array,
): { readonly tensors: readonly ExternalTensor[]; readonly paths: ReadonlyMap<string, string> } {
  const { weights = [] } = stage;
  const model = modelPath(stage);
  const folder = model.slice(0, model.lastIndexOf('/') + 1);
  const tensors = tensorsOf(bytes, model);
  const paths = new Map(tensors.map(({ location }) => [location, folder + location]));
  const outside = [...paths].find(([, path]) => !weights.includes(path));
  if (outside !== undefined) {
    throw new InvalidBundleError(
      `Expected values of ${model} in the weights of its stage only (${weights.join(', ') || 'none'}); received ${JSON.stringify(outside[0])}. Make the bundle again.`,
      { expected: weights, received: outside[0], path: model },
    );
  }
  return { tensors, paths };
}

function sizesOf(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, number> {
  return new Map([...files].map(([location, { length }]) => [location, length]));
}

/** The external tensors of a model. Errors name its path. */
function tensorsOf(bytes: Uint8Array, path: string): readonly ExternalTensor[] {
  try {
    return externalTensors(bytes);
  } catch (cause) {
    if (!InvalidModelError.isInstance(cause)) throw cause;
    const { expected, received } = cause;
    throw new InvalidModelError(`${path}: ${cause.message}`, { cause, expected, received, path });
  }
}
