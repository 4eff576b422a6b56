// The files of the page that are not code: the example's bundle, and test images that nothing was fitted on.

import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { readFashionMnist } from '../../../cli/src/data/fashion-mnist.ts';
import type { PageSettings } from '../site/classifier/page-settings.ts';

/** Paths on the site, and content. */
export type SiteFiles = ReadonlyMap<string, Uint8Array>;

/** Rows of `fashion-mnist:test` that the page shows. The bundle's thresholds were chosen on the 2,000 before them. */
const shownRows = { start: 2000, end: 2500 };
const side = 28;

export async function exampleFiles(): Promise<SiteFiles> {
  const bundle = join(dirname(createRequire(import.meta.url).resolve('@ztw/example-fashion/package.json')), 'bundle');
  const entries = await readdir(bundle, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.map(async (path) => [`bundle/${relative(bundle, path)}`, new Uint8Array(await readFile(path))] as const),
  );
  const data = await readFashionMnist('test', { limit: shownRows.end });
  const count = shownRows.end - shownRows.start;
  const pixels = new Uint8Array(count * side * side);
  for (let index = 0; index < count; index++) pixels.set(data.row(shownRows.start + index), index * side * side);
  const labels = Uint8Array.from(data.labels.subarray(shownRows.start, shownRows.end));
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
