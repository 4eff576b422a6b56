// The job of `ztw export`: a bundle becomes one ONNX file, alone or in a folder for an inference server.

import { basename, join, resolve } from 'node:path';
import {
  calibratedKind,
  manifestInputShape,
  openBundle,
  type StoredOperatingPoint,
  storedOperatingPoint,
} from '@ztw/bundle';
import { folderReader } from '@ztw/bundle/node';
import { InvalidInputError, type PolicyKind } from '@ztw/core';
import { about, singleLimit, throwIfAborted } from '@ztw/core/runtime';
import { exportBundle, type SingleFileForm } from '@ztw/onnx-graph';
import type { JobContext } from '../../program/job-context.ts';
import { assertOutputFile, assertOutputFolder, writeOutputFile, writeOutputFolder } from '../../storage/index.ts';
import { tritonModel } from './triton-model.ts';

export interface ExportJobOptions {
  readonly bundle: string;
  readonly form: SingleFileForm;
  /** Policy kind of the file; null: the kind that the bundle was calibrated with. */
  readonly policy: PolicyKind | null;
  /** Where the file goes; null for none. */
  readonly out: string | null;
  /** A Triton model repository; null for none. */
  readonly triton: string | null;
  /** The model's name in it; null for the name of the bundle's folder. */
  readonly name: string | null;
  readonly maxBatch: number;
  readonly overwrite: boolean;
}

/** What was written; JSON-safe. */
export interface ExportResult {
  readonly form: SingleFileForm;
  readonly bytes: number;
  /** null if only a model folder was requested. */
  readonly file: string | null;
  /** The model's folder in the Triton repository; null for none. */
  readonly tritonModel: string | null;
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly exits: number;
  /** What the file's input `threshold` is a limit of: `confidence`. */
  readonly policy: string;
  /** Operating points of the bundle that the file supports. */
  readonly operatingPoints: readonly StoredOperatingPoint[];
}

/**
 * @throws InvalidInputError where there is nothing to write, or something in its place; InvalidBundleError for a
 *   damaged bundle; UnsupportedModelError for one that a single file cannot hold; UnsupportedPolicyError for a policy
 *   that it cannot decide by; StorageError; AbortedError once the signal has fired. Nothing is written then.
 */
export async function exportJob(options: ExportJobOptions, { signal }: JobContext): Promise<ExportResult> {
  const { form, out, triton, overwrite, maxBatch } = options;
  if (out === null && triton === null) {
    throw new InvalidInputError(
      'There is nothing to write. Name a file with --out, or a model repository with --triton.',
    );
  }
  const name = modelName(options);
  const folder = triton === null ? null : join(triton, name);
  if (out !== null) await assertOutputFile(out, { overwrite });
  if (folder !== null) await assertOutputFolder(folder, { overwrite });

  const { manifest, model, policy } = await about(options.bundle, async () => {
    const bundle = await openBundle(folderReader(options.bundle));
    const kind = options.policy ?? calibratedKind(bundle.manifest.operatingPoints);
    return { manifest: bundle.manifest, model: await exportBundle(bundle, { form, policy: kind }), policy: kind };
  });
  throwIfAborted(signal, 'export');
  if (folder !== null) {
    await writeOutputFolder(folder, tritonModel({ name, manifest, form, policy, model, maxBatch }), {
      overwrite,
      signal,
    });
  }
  if (out !== null) await writeOutputFile(out, model, { overwrite });
  return {
    form,
    bytes: model.length,
    file: out,
    tritonModel: folder,
    inputShape: manifestInputShape(manifest),
    classes: manifest.classes,
    exits: manifest.networks.reduce((sum, network) => sum + network.stages.length, 0),
    policy: policy.kind,
    operatingPoints: manifest.operatingPoints
      .filter((point) => singleLimit(point.policy)?.kind === policy)
      .map(storedOperatingPoint),
  };
}

function modelName({ bundle, triton, name }: ExportJobOptions): string {
  const chosen = name ?? basename(resolve(bundle));
  if (triton !== null && !/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(chosen)) {
    throw new InvalidInputError(
      `Expected a model name of letters, digits, "_", "-" and "."; received "${chosen}". Choose another with --name.`,
    );
  }
  return chosen;
}
