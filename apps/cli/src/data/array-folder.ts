// Which files of a folder are arrays of images (IDX, `.npy`, CIFAR binary), and which part of the data set each is.

import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InvalidDataError } from '@ztw/core';
import { hasCifarLength } from './cifar-data.ts';
import { imageExtension } from './decode-image.ts';
import { readHead } from './files.ts';
import { isIdx } from './idx.ts';
import { isNpy } from './npy.ts';

export type DataPart = 'train' | 'test';

export interface ArrayFolder {
  readonly kind: 'idx' | 'npy' | 'cifar';
  /** Names of the files that hold images, sorted. */
  readonly names: readonly string[];
}

/** `FOLDER:train` -> the folder and the part. A path that exists is not split. */
export async function splitPart(path: string): Promise<{ readonly path: string; readonly part: DataPart | null }> {
  const match = /^(.+):(train|test)$/.exec(path);
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (!match || exists) return { path, part: null };
  return { path: match[1] as string, part: match[2] as DataPart };
}

/** The arrays of images directly in a folder; null if there are none. */
export async function findArrays(folder: string): Promise<ArrayFolder | null> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = { idx: [] as string[], npy: [] as string[], cifar: [] as string[] };
  for (const entry of entries) {
    const { name } = entry;
    if (entry.isDirectory() || name.startsWith('.') || imageExtension.test(name)) continue;
    const path = join(folder, name);
    const target = entry.isSymbolicLink() ? await stat(path).catch(() => null) : entry;
    if (!target?.isFile()) continue;
    const { head } = await readHead(path);
    if (isIdx(head)) {
      const axes = head[3] as number;
      if (axes >= 3) names.idx.push(name);
    } else if (isNpy(head)) {
      if (npyLabelsName(name) !== null) names.npy.push(name);
    } else if (name.endsWith('.bin') && hasCifarLength((await stat(path)).size)) {
      names.cifar.push(name);
    }
  }
  const kind = (['idx', 'npy', 'cifar'] as const).find((candidate) => names[candidate].length > 0);
  return kind === undefined ? null : { kind, names: names[kind].sort() };
}

/**
 * The files of one part; all files if the folder holds only one part.
 * @throws InvalidDataError if the folder lacks the part, or holds both and none was named.
 */
export function choosePart(folder: string, names: readonly string[], part: DataPart | null): readonly string[] {
  if (part !== null) {
    const chosen = names.filter((name) => partOf(name) === part);
    if (chosen.length === 0) {
      throw new InvalidDataError(
        `Expected a ${part} part in ${folder}; its files are ${names.join(', ')}. Name a part that exists.`,
        { path: folder },
      );
    }
    return chosen;
  }
  const parts = new Set(names.map(partOf));
  if (parts.has('train') && parts.has('test')) {
    throw new InvalidDataError(
      `${folder} holds a train and a test part. Name one: ${folder}:train or ${folder}:test.`,
      { path: folder },
    );
  }
  return names;
}

/**
 * The file of labels beside a `.npy` file of images, by name (`x` -> `y`, `images` -> `labels`); null if there is none.
 * */
export async function npyLabelsBeside(path: string): Promise<string | null> {
  const name = npyLabelsName(basename(path));
  if (name === null) return null;
  const names = await readdir(dirname(path));
  return names.includes(name) ? join(dirname(path), name) : null;
}

/** Name of the labels that belong to `.npy` images; null if the name is not one for images. */
function npyLabelsName(name: string): string | null {
  const labels = name.replace(wholeWord('images'), 'labels').replace(wholeWord('x'), 'y');
  return labels === name ? null : labels;
}

function partOf(name: string): DataPart | null {
  if (wholeWord('test').test(name) || wholeWord('t10k').test(name)) return 'test';
  // CIFAR-10 calls its training files data_batch_N.bin.
  return wholeWord('train').test(name) || name.startsWith('data_batch') ? 'train' : null;
}

/** The word between separators or ends: `x` in `x.npy` and `x_train.npy`, not in `max.npy`. */
function wholeWord(word: string): RegExp {
  return new RegExp(`(?<![a-z0-9])${word}(?![a-z0-9])`, 'i');
}
