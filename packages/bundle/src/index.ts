export { type BundleContents, bundleFiles } from './bundle-files.ts';
export { isBundlePath } from './bundle-path.ts';
export { createManifest, type ManifestContent } from './create-manifest.ts';
export { decodeHeads, encodeHeads, type HeadsFile } from './heads-file.ts';
export { type BundleSource, completeBundle, type LoadedBundle, loadBundleWith } from './load/loaded-bundle.ts';
export { describeStage, type NetworkSource, networkSource } from './load/network-source.ts';
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
export { type Bundle, openBundle } from './open-bundle.ts';
export { parseManifest } from './parse-manifest.ts';
export {
  type Budget,
  calibratedKind,
  operatingPointFor,
  operatingPointWithin,
  policyForBudget,
  type TimeBudget,
} from './policy-for-budget.ts';
export { decodeSafetensors, decodeSafetensorsMetadata, encodeSafetensors } from './safetensors.ts';
export { sha256 } from './sha256.ts';
export { type StoredOperatingPoint, storedOperatingPoint } from './stored-operating-point.ts';
