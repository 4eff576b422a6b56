// From the paths of images to classes: the folder of an image is its class.

import { InvalidDataError } from '@ztw/core';
import type { EncodedImage, ImageSet } from './image-data.ts';
import type { SkippedRow } from './labelled-data.ts';

const splitFolders: ReadonlySet<string> = new Set(['train', 'test', 'val', 'valid', 'validation']);

/**
 * Orders images by class folder, then by path (both by plain code units), and labels them with their folder's index.
 * A leading folder that all images share is ignored as long as a folder remains below it. Images without any folder
 * have no label; if other images are in class folders, those beside the folders are skipped.
 * @throws InvalidDataError if the folders are parts of a data set (`train`, `test`) and not classes.
 */
export function classifyByFolder(name: string, images: readonly EncodedImage[]): ImageSet {
  const paths = images.map((image) => image.name.split('/'));
  const shared = sharedFolders(paths);
  const placed = images.map((image, index) => {
    const folders = (paths[index] as string[]).slice(shared, -1);
    return { image, folder: folders[0] ?? null, nested: folders.length > 1 };
  });
  const classNames = [...new Set(placed.flatMap(({ folder }) => folder ?? []))].sort(byCodeUnits);
  if (
    classNames.length > 1 &&
    classNames.every((folder) => splitFolders.has(folder)) &&
    placed.every((p) => p.nested)
  ) {
    throw new InvalidDataError(
      `${name} holds the parts ${classNames.join(', ')} of a data set. Name the one to read, e.g. ${name}/${classNames[0]}.`,
    );
  }
  if (classNames.length === 0) {
    const ordered = images.toSorted((a, b) => byCodeUnits(a.name, b.name));
    return { name, images: ordered, labels: null, classNames: null, skipped: [] };
  }
  const classIndex = new Map(classNames.map((className, index) => [className, index]));
  const inside = placed.filter(({ folder }) => folder !== null);
  inside.sort((a, b) => byCodeUnits(a.folder ?? '', b.folder ?? '') || byCodeUnits(a.image.name, b.image.name));
  const skipped: SkippedRow[] = placed
    .filter(({ folder }) => folder === null)
    .map(({ image }) => ({ name: image.name, reason: 'it is beside the class folders, not in one' }));
  return {
    name,
    images: inside.map(({ image }) => image),
    labels: Int32Array.from(inside, ({ folder }) => classIndex.get(folder ?? '') ?? -1),
    classNames,
    skipped,
  };
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Number of leading folders that all paths share, leaving every path at least one folder. */
function sharedFolders(paths: readonly (readonly string[])[]): number {
  const first = paths[0];
  if (first === undefined) return 0;
  let shared = 0;
  while (paths.every((path) => path.length > shared + 2 && path[shared] === first[shared])) shared++;
  return shared;
}
