// The files of the page that are not code: the example's bundle, and test images that nothing was fitted on.

import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import type { PageSettings } from '../site/classifier/page-settings.ts';
import { readFashionImages } from './fashion-images.ts';

/** Paths on the site, and content. */
export type SiteFiles = ReadonlyMap<string, Uint8Array>;

const imagesPerClass = 50;

export async function exampleFiles(): Promise<SiteFiles> {
  const bundle = join(dirname(createRequire(import.meta.url).resolve('@ztw/example-fashion/package.json')), 'bundle');
  const entries = await readdir(bundle, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.map(async (path) => [`bundle/${relative(bundle, path)}`, new Uint8Array(await readFile(path))] as const),
  );
  // The last ones of each class: calibration and report of the bundle use those before.
  const { pixels, labels, count, side } = readFashionImages({ perClass: imagesPerClass, before: 1000 });
  const settings: PageSettings = { bundle: './bundle/', name: 'Fashion-MNIST', images: './images/' };
  return new Map([
    ...files,
    ['images/images.idx3-ubyte', idx([count, side, side], pixels)],
    ['images/labels.idx1-ubyte', idx([count], labels)],
    ['settings.json', new TextEncoder().encode(`${JSON.stringify(settings)}\n`)],
  ]);
}

/** An IDX file of bytes. */
function idx(sizes: readonly number[], values: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  header.setUint32(0, 0x800 + sizes.length);
  for (const [index, size] of sizes.entries()) header.setUint32(4 + 4 * index, size);
  return Buffer.concat([new Uint8Array(header.buffer), values]);
}
