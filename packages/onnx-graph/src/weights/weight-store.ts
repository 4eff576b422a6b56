// The values of a network's stages, each stored once: equal values of one stage are one tensor, and large values that
// several stages use are in a file that these stages share.

import { encodeSafetensors, openSafetensors } from '@ztw/bundle';
import type { Parameter } from '@ztw/core/runtime';

/** Smaller tensors are repeated in each stage, so that not every stage depends on the shared file. */
const leastSharedBytes = 65_536;

/** A tensor that is, or will be, in a file. */
export interface StoredValues extends Parameter {
  /** Name that its first user proposes, unique within a stage. */
  readonly hint: string;
  /** Indices of the stages that use it. */
  readonly stages: Set<number>;
}

/** Where a tensor is. */
export interface StoredPlace {
  /** Path of its file inside the bundle. */
  readonly path: string;
  readonly name: string;
  /** First byte in the file. */
  readonly offset: number;
  /** Number of bytes. */
  readonly length: number;
}

export interface WeightStore {
  /**
   * Stores values for a stage, or finds equal values.
   * @param hint Name of a new tensor; unique within the stage.
   * @param usable Whether equal values that were found may be used. Default: always.
   */
  add(stage: number, hint: string, values: Parameter, usable?: (found: StoredValues) => boolean): StoredValues;
  /** Finds values that are equal to these, for a stage; null where there are none. */
  find(stage: number, data: Float32Array, usable: (found: StoredValues) => boolean): StoredValues | null;
  /** Writes the files. Nothing can be added afterwards. */
  finish(options: FinishOptions): FinishedStore;
}

export interface FinishOptions {
  /** Number of stages. */
  readonly stages: number;
  /** Path of a stage's own file. */
  readonly pathOf: (stage: number) => string;
  readonly sharedPath: string;
  /** Metadata of a stage's own file. */
  readonly metadataOf: (stage: number, nameOf: (values: StoredValues) => string) => Readonly<Record<string, string>>;
}

export interface FinishedStore {
  /** Bytes by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Paths of the files that a stage uses, its own first. */
  readonly pathsOf: (stage: number) => readonly string[];
  readonly placeOf: (values: StoredValues) => StoredPlace;
}

export function createWeightStore(): WeightStore {
  const bySize = new Map<number, StoredValues[]>();

  const find: WeightStore['find'] = (stage, data, usable) => {
    const isMine = (known: StoredValues): boolean => known.stages.has(stage) || data.byteLength >= leastSharedBytes;
    const known = bySize.get(data.length)?.find((each) => isMine(each) && usable(each) && sameValues(each.data, data));
    known?.stages.add(stage);
    return known ?? null;
  };

  return {
    find,
    add(stage, hint, { shape, data }, usable = () => true) {
      const known = find(stage, data, usable);
      if (known !== null) return known;
      const values: StoredValues = { hint, shape, data, stages: new Set([stage]) };
      bySize.set(data.length, [...(bySize.get(data.length) ?? []), values]);
      return values;
    },
    finish: (options) => finish([...bySize.values()].flat(), options),
  };
}

function finish(all: readonly StoredValues[], options: FinishOptions): FinishedStore {
  const { stages, pathOf, sharedPath, metadataOf } = options;
  const isShared = (values: StoredValues): boolean => values.stages.size > 1;
  const shared = all.filter(isShared);
  // Two stages may propose the same name.
  const sharedNames = new Map(shared.map((values, index) => [values, `shared.${index}.${values.hint}`]));
  const nameOf = (values: StoredValues): string => sharedNames.get(values) ?? values.hint;
  const pathFor = (values: StoredValues): string =>
    isShared(values) ? sharedPath : pathOf([...values.stages][0] as number);
  const files = new Map<string, Uint8Array>();
  const write = (path: string, values: readonly StoredValues[], metadata: Readonly<Record<string, string>>): void => {
    const tensors = new Map(values.map((each) => [nameOf(each), each]));
    files.set(path, encodeSafetensors(tensors, metadata));
  };
  for (let stage = 0; stage < stages; stage++) {
    const own = all.filter((values) => !isShared(values) && values.stages.has(stage));
    const metadata = metadataOf(stage, nameOf);
    const isUsed =
      own.length > 0 || Object.keys(metadata).length > 0 || shared.some((values) => values.stages.has(stage));
    if (isUsed) write(pathOf(stage), own, metadata);
  }
  if (shared.length > 0) write(sharedPath, shared, {});
  const opened = new Map([...files].map(([path, bytes]) => [path, openSafetensors(bytes).tensors]));
  return {
    files,
    pathsOf: (stage) =>
      [pathOf(stage), ...(shared.some((values) => values.stages.has(stage)) ? [sharedPath] : [])].filter((path) =>
        files.has(path),
      ),
    placeOf(values) {
      const [path, name] = [pathFor(values), nameOf(values)];
      const tensor = opened.get(path)?.get(name);
      if (tensor === undefined) throw new Error(`internal: ${name} was not written to ${path}`);
      return { path, name, offset: tensor.offset, length: tensor.length };
    },
  };
}

/** Compares bits: equal zeros of different signs stay different. */
function sameValues(left: Float32Array, right: Float32Array): boolean {
  if (left === right) return true;
  const [first, second] = [bitsOf(left), bitsOf(right)];
  return first.every((bits, index) => bits === second[index]);
}

function bitsOf({ buffer, byteOffset, length }: Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}
