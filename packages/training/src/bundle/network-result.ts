// The result of training one network, and how it is stored until the whole job is done.

import { decodeSafetensors, decodeSafetensorsMetadata, encodeSafetensors, sha256 } from '@ztw/bundle';
import { type BlobStore, InvalidInputError, StorageError, ZtwError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import type { Head, HeadParameters } from '@ztw/heads';
import type { BundleMethod } from '../plan/method.ts';
import type { PlannedVariant } from '../plan/plan-heads.ts';
import type { NetworkLogits } from '../training/train-options.ts';

/** One method's ICs in one network. */
export interface TrainedMethod {
  readonly method: BundleMethod;
  /** One per cut, in order. */
  readonly heads: readonly Head[];
  /** One array per exit, the network's own classifier last: `[held-out rows, classes]`. */
  readonly heldOutLogits: readonly Float32Array[];
}

export interface NetworkResult {
  readonly variants: readonly TrainedMethod[];
  /**
   * The network's own logits on the training rows, `[copies * rows, classes]`. The first IC of the next network
   * recycles them. Null where no IC does.
   */
  readonly trainingLogits: Float32Array | null;
}

/** The logits that the first IC of the next network recycles; null where they were not requested. */
export function networkLogits({ variants, trainingLogits }: NetworkResult): NetworkLogits | null {
  const heldOut = variants[0]?.heldOutLogits.at(-1);
  return trainingLogits === null || heldOut === undefined ? null : { training: trainingLogits, heldOut };
}

/** The training result of one method. */
export function methodResult(result: NetworkResult, method: BundleMethod): TrainedMethod {
  const variant = result.variants.find((candidate) => candidate.method === method);
  if (variant === undefined) throw new Error(`internal: nothing was trained for ${method}`);
  return variant;
}

const trainingLogitsName = 'network.training-logits';

/** Writes a result as one blob, completely or not at all. */
export async function storeResult(store: BlobStore, name: string, result: NetworkResult): Promise<void> {
  const tensors = new Map<string, Parameter>();
  for (const { method, heads, heldOutLogits } of result.variants) {
    heads.forEach((head, cut) => {
      for (const [parameter, value] of Object.entries(head.parameters))
        tensors.set(`${method}.heads.${cut}.${parameter}`, value);
    });
    heldOutLogits.forEach((data, exit) => {
      tensors.set(`${method}.logits.${exit}`, { shape: [data.length], data });
    });
  }
  const { trainingLogits } = result;
  if (trainingLogits !== null)
    tensors.set(trainingLogitsName, { shape: [trainingLogits.length], data: trainingLogits });
  await store.put(name, encodeSafetensors(tensors, { sha256: await sha256(encodeSafetensors(tensors)) }));
}

/**
 * Reads a result that was stored for the same plan; null where there is none.
 * @throws StorageError for a truncated or changed result.
 */
export async function loadResult(
  store: BlobStore,
  name: string,
  variants: readonly PlannedVariant[],
): Promise<NetworkResult | null> {
  const bytes = await store.get(name);
  if (bytes === null) return null;
  const tensors = await readTensors(name, bytes);
  return {
    trainingLogits: tensors.get(trainingLogitsName)?.data ?? null,
    variants: variants.map(({ method, heads }) => ({
      method,
      heads: heads.map((specification, cut) => ({
        specification,
        parameters: withPrefix(tensors, `${method}.heads.${cut}.`),
      })),
      heldOutLogits: Array.from({ length: heads.length + 1 }, (_, exit) =>
        logitsOf(tensors, `${method}.logits.${exit}`),
      ),
    })),
  };
}

/** The checksum is in the same file, so it covers only the tensors: they are encoded again to compare it. */
async function readTensors(name: string, bytes: Uint8Array): Promise<ReadonlyMap<string, Parameter>> {
  let damage: unknown = null;
  try {
    const tensors = decodeSafetensors(bytes);
    if (decodeSafetensorsMetadata(bytes).sha256 === (await sha256(encodeSafetensors(tensors)))) return tensors;
  } catch (error) {
    if (!ZtwError.isInstance(error)) throw error;
    damage = error;
  }
  throw new StorageError(
    `The stored result ${name} of a finished network is truncated or changed. Start again with empty storage.`,
    { path: name, ...(damage === null ? {} : { cause: damage }) },
  );
}

function withPrefix(tensors: ReadonlyMap<string, Parameter>, prefix: string): HeadParameters {
  return Object.fromEntries(
    [...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

function logitsOf(tensors: ReadonlyMap<string, Parameter>, name: string): Float32Array {
  const tensor = tensors.get(name);
  if (tensor === undefined) {
    throw new InvalidInputError(
      `The stored result of a finished network lacks ${name}. Start again with empty storage.`,
      { expected: name },
    );
  }
  return tensor.data;
}
