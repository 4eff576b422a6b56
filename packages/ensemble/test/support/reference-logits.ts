// Reads the stored logits of the original's modules on CIFAR-10, where they are present: `ZTW_SHARED`, else `../shared`
// beside the repository.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const shared = process.env.ZTW_SHARED ?? join(repository, '..', 'shared');

/** One fitted exit of the original. */
export interface ReferenceExitFit {
  readonly w: readonly number[];
  readonly b: readonly number[];
  readonly train_ce_reference: number;
  /** Null where it was not found. */
  readonly train_ce_optimum: number | null;
}

export interface ReferenceMethod {
  readonly exit_macs: readonly number[];
  readonly geometric_fit: readonly ReferenceExitFit[];
  readonly heldout_fit_with_final_8000_rows: { readonly budgets_interpolated: Readonly<Record<string, number>> };
}

export interface ReferenceFile {
  readonly backbone_macs: number;
  readonly methods: Readonly<Record<string, ReferenceMethod>>;
}

/** Null where the reference numbers are not there; the reason is printed. */
export function referenceFolder(name: string): string | null {
  const folder = join(shared, 'reference', name);
  if (existsSync(join(folder, 'reference.json'))) return folder;
  console.log(`skipped: no reference numbers in ${folder} (set ZTW_SHARED to the folder that holds "reference")`);
  return null;
}

export function readReference(folder: string): ReferenceFile {
  // Python's writer puts NaN where its own search for the optimum failed; JSON has no such word.
  const text = readFileSync(join(folder, 'reference.json'), 'utf8').replaceAll(/\bNaN\b/g, 'null');
  return JSON.parse(text) as ReferenceFile;
}

/** `[rows, exits, classes]` of a float16 `.npy` file as one float32 array per exit. */
export function readLogits(folder: string, name: string): readonly Float32Array[] {
  const { shape, bytes } = readNpy(join(folder, name), '<f2');
  const [rows, exits, classes] = shape as [number, number, number];
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, rows * exits * classes);
  return Array.from({ length: exits }, (_, exit) => {
    const logits = new Float32Array(rows * classes);
    for (let row = 0; row < rows; row++) {
      for (let label = 0; label < classes; label++) {
        logits[row * classes + label] = halfToNumber(halves[(row * exits + exit) * classes + label]!);
      }
    }
    return logits;
  });
}

/** One-dimensional `.npy` file of small integers. */
export function readIntegers(folder: string, name: string): Int32Array {
  const path = join(folder, name);
  const { shape, bytes, type } = readNpy(path, '|u1', '<i4', '<i8');
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Int32Array.from({ length: shape[0]! }, (_, index) => {
    if (type === '|u1') return view.getUint8(index);
    return type === '<i4' ? view.getInt32(index * 4, true) : Number(view.getBigInt64(index * 8, true));
  });
}

function readNpy(path: string, ...types: string[]): { shape: number[]; bytes: Uint8Array; type: string } {
  const file = readFileSync(path);
  const headerLength = file.readUInt16LE(8);
  const header = file.toString('latin1', 10, 10 + headerLength);
  const type = /'descr': '([^']+)'/.exec(header)?.[1] ?? '';
  const shape = /'shape': \(([^)]*)\)/
    .exec(header)?.[1]
    ?.split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  if (!types.includes(type) || shape === undefined)
    throw new Error(`${path}: expected ${types.join(' or ')}, found ${header}`);
  // A copy, because the data need not lie on a multiple of its element size within the file.
  return { shape, bytes: Uint8Array.from(file.subarray(10 + headerLength)), type };
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
