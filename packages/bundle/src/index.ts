// What a bundle says of itself

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

// Making one

export { createManifest, type ManifestContent } from './create-manifest.ts';
export { type BundleContents, bundleFiles } from './bundle-files.ts';
export { sha256 } from './sha256.ts';

// Its files: learned values, and heads alone

export { decodeSafetensors, decodeSafetensorsMetadata, encodeSafetensors } from './safetensors.ts';
export { decodeHeads, encodeHeads, type HeadsFile } from './heads-file.ts';

// Opening one

export { isBundlePath } from './bundle-path.ts';
export { parseManifest } from './parse-manifest.ts';
export { type Bundle, openBundle } from './open-bundle.ts';

// Loading one, whatever runs its stages

export { type BundleSource, completeBundle, type LoadedBundle, loadBundleWith } from './load/loaded-bundle.ts';
export { describeStage, type BundleNetworkSource, networkSource } from './load/network-source.ts';

// When its rows leave, by a budget

export {
  type Budget,
  calibratedKind,
  operatingPointFor,
  operatingPointWithin,
  policyForBudget,
  type TimeBudget,
} from './policy-for-budget.ts';
export { type StoredOperatingPoint, storedOperatingPoint } from './stored-operating-point.ts';
