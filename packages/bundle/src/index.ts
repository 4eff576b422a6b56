// The manifest

export type {
  BundleFile,
  BundleManifest,
  BundleNetwork,
  BundleReader,
  BundleStage,
  BundleStageProgram,
  BundleTensor,
  Preprocessing,
} from './manifest.ts';
export { manifestInputShape, manifestInputs } from './manifest-inputs.ts';

// Making a bundle: its manifest, hashes and files

export { createManifest, type ManifestContent } from './create-manifest.ts';
export { type BundleContents, bundleFiles } from './bundle-files.ts';
export { sha256 } from './sha256.ts';

// Weights files, and files of heads without a network

export { decodeSafetensors, decodeSafetensorsMetadata, encodeSafetensors } from './safetensors.ts';
export { openSafetensors, type SafetensorsFile, type StoredTensor } from './open-safetensors.ts';
export { decodeHeads, encodeHeads, type HeadsFile } from './heads-file.ts';

// Opening a bundle

export { isBundlePath } from './bundle-path.ts';
export { manifestBytesLimit } from './manifest-limit.ts';
export { parseManifest } from './parse-manifest.ts';
export { type Bundle, checkBundleFile, type OpenBundleOptions, openBundle } from './open-bundle.ts';

// Integrity and signatures

export { manifestHash } from './manifest-hash.ts';
export { importPublicKey, importSigningKey, signaturePath } from './signature.ts';
export { signBundle, type VerifiedBundle, verifyBundle } from './verify-bundle.ts';

// Loading a bundle on any runtime

export { type BundleSource, completeBundle, type LoadedBundle, loadBundleWith } from './load/loaded-bundle.ts';
export { describeStage, type BundleNetworkSource, networkSource } from './load/network-source.ts';
export { allStages, type ArrivingNetwork, type ClassifierRuntime } from './load/classifier-runtime.ts';
export { type StageForm, stageFiles } from './load/stage-files.ts';

// Values outside their model: weights of stages, external data of ONNX models

export { headPrefix } from './head-weights.ts';
export { openStageWeights, type StageWeights, type StageWeightsFiles, weightsInMemory } from './stage-weights.ts';
export { readStageModel, type StageModelFiles, wholeStageModel } from './load/read-stage-model.ts';
export { type ExternalTensor, externalTensors } from './onnx-data/external-tensors.ts';
export { foldExternalData } from './onnx-data/fold-external-data.ts';

// Operating points, and exit policies for a budget

export {
  type Budget,
  calibratedKind,
  operatingPointFor,
  operatingPointWithin,
  policyForBudget,
  type TimeBudget,
} from './policy-for-budget.ts';
export { type StoredOperatingPoint, storedOperatingPoint } from './stored-operating-point.ts';
