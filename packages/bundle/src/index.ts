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
export { decodeHeads, encodeHeads, type HeadsFile } from './heads-file.ts';

// Opening a bundle

export { isBundlePath } from './bundle-path.ts';
export { parseManifest } from './parse-manifest.ts';
export { type Bundle, type OpenBundleOptions, openBundle } from './open-bundle.ts';

// Integrity and signatures

export { manifestHash } from './manifest-hash.ts';
export { importPublicKey, importSigningKey, signaturePath } from './signature.ts';
export { signBundle, type VerifiedBundle, verifyBundle } from './verify-bundle.ts';

// Loading a bundle on any runtime

export { type BundleSource, completeBundle, type LoadedBundle, loadBundleWith } from './load/loaded-bundle.ts';
export { describeStage, type BundleNetworkSource, networkSource } from './load/network-source.ts';

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
