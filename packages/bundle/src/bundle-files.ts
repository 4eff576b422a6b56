import { InvalidInputError, ZtwError } from '@ztw/core';
import type { Head } from '@ztw/heads';
import { createManifest, type ManifestContent, manifestJson } from './create-manifest.ts';
import { headsOfStages, tensorsFromHeads } from './head-weights.ts';
import type { BundleManifest } from './manifest.ts';
import { MANIFEST_PATH } from './manifest-checks.ts';
import { encodeSafetensors } from './safetensors.ts';
import { signaturePath } from './signature.ts';

const WEIGHTS_PATH = 'weights.safetensors';

export interface BundleContents {
  readonly manifest: ManifestContent;
  /** Stage models and other files of the bundle, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /**
   * One list per network: the heads of its ICs, in the order of its stages. They are written to one more file. Default:
   * the stages' `weights` hold the values of the heads.
   */
  readonly heads?: readonly (readonly Head[])[];
}

/**
 * Assembles all files of a bundle, including the weights and the manifest. The caller writes them, the manifest last.
 * @returns Bytes by path; the manifest comes last.
 * @throws InvalidInputError if heads do not fit their stages, a path is reserved, or the manifest would not be valid.
 */
export async function bundleFiles(contents: BundleContents): Promise<Map<string, Uint8Array>> {
  const { manifest: content, heads } = contents;
  const files = new Map(contents.files);
  for (const reserved of [WEIGHTS_PATH, MANIFEST_PATH, signaturePath]) {
    if (files.has(reserved))
      throw new InvalidInputError(
        `Expected no file named ${reserved}, which the bundle writes itself; received one. Rename the file.`,
        { path: reserved },
      );
  }
  const tensors = heads === undefined ? new Map() : tensorsFromHeads(content.networks, heads);
  const weights = tensors.size > 0 ? WEIGHTS_PATH : null;
  if (weights !== null) files.set(weights, encodeSafetensors(tensors));
  const manifest = await createManifest(content, weights, files);
  if (weights === null) await checkHeads(manifest, files);
  return files.set(MANIFEST_PATH, new TextEncoder().encode(`${manifestJson(manifest)}\n`));
}

/** @throws InvalidInputError unless the heads of all stages can be read. */
async function checkHeads({ networks }: BundleManifest, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  try {
    // The manifest lists only files that are there.
    await headsOfStages(networks, async (path) => files.get(path) as Uint8Array);
  } catch (cause) {
    if (!ZtwError.isInstance(cause)) throw cause;
    throw new InvalidInputError(
      `Expected the values of every head in the weights of its stage; received others. ${cause.message}`,
      { cause },
    );
  }
}
