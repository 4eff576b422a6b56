export { type BundleContents, bundleFiles } from './bundle-files.ts';
export { isBundlePath } from './bundle-path.ts';
export { createManifest, type ManifestContent } from './create-manifest.ts';
export { decodeHeads, encodeHeads, type HeadsFile } from './heads-file.ts';
export { completeBundle, type LoadedBundle, loadNetworks } from './load/loaded-bundle.ts';
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
