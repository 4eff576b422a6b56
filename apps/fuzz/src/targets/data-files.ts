// Files of images, arrays and labels, opened as the command opens them. Opened data have rows, labels within their
// classes, and pixels for every row.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readLabels } from '../../../cli/src/data/labels-file.ts';
import { writeNpy } from '../../../cli/src/data/npy.ts';
import { openData } from '../../../cli/src/data/open-data.ts';
import { fitPngChecksums, fitTarChecksum } from '../make/fit-checksums.ts';
import { joined, mutateBytes } from '../make/mutate-bytes.ts';
import { claimOtherSize, isPng, sampleImages } from '../make/sample-images.ts';
import { tarOf } from '../make/tar-of.ts';
import type { Random } from '../random.ts';
import { type FuzzInput, type FuzzTarget, mustHold } from '../target.ts';

const size = { height: 5, width: 4, channels: 3, resize: 'stretch' } as const;
const rowBytes = size.height * size.width * size.channels;

type MakeFile = (random: Random) => Uint8Array;

/** Opens files that `make` makes, sometimes packed. */
async function opened(folder: string, make: MakeFile, canBePacked: boolean): Promise<FuzzInput> {
  const path = join(folder, 'file');
  return async (random) => {
    await writeFile(path, packed(make(random), canBePacked, random));
    const data = await openData(path, size);
    mustHold(data.rows > 0, () => 'no rows');
    const rows = Int32Array.from({ length: Math.min(data.rows, 4) }, (_, row) => row);
    const pixels = await data.pixels(rows);
    mustHold(pixels.length === rows.length * rowBytes, () => `${pixels.length} bytes for ${rows.length} rows`);
    checkLabels(data.labels, data.rows);
    return 'accepted';
  };
}

function packed(bytes: Uint8Array, canBePacked: boolean, random: Random): Uint8Array {
  if (!canBePacked || random.chance(0.6)) return bytes;
  const whole = gzipSync(bytes, { level: 1 });
  return random.chance(0.8) ? whole : mutateBytes(whole, random, 1);
}

function checkLabels(labels: Int32Array | null, rows: number | null): void {
  if (labels === null) return;
  mustHold(rows === null || labels.length === rows, () => `${labels.length} labels for ${rows} rows`);
  mustHold(
    labels.every((label) => label >= 0),
    () => 'a negative label',
  );
}

/** Changes nothing in one of eight. */
function sometimes(bytes: Uint8Array, random: Random): Uint8Array {
  return random.chance(1 / 8) ? bytes : mutateBytes(bytes, random, 1 + random.below(3));
}

export const images: FuzzTarget = {
  name: 'images',
  share: 35,
  async open(folder) {
    const samples = await sampleImages();
    return opened(
      folder,
      (random) => {
        const image = random.pick(samples);
        if (!isPng(image) || random.chance(0.3)) return sometimes(image, random);
        const changed = random.chance(0.5) ? claimOtherSize(image, random) : mutateBytes(image, random, 1);
        return random.chance(0.8) ? fitPngChecksums(changed) : changed;
      },
      false,
    );
  },
};

export const archives: FuzzTarget = {
  name: 'tar',
  share: 30,
  async open(folder) {
    const [first, second] = await sampleImages();
    const note = new TextEncoder().encode('no image');
    const whole = tarOf([
      ['cat/a.png', first as Uint8Array],
      ['cat/note.txt', note],
      [`dog/${'d'.repeat(80)}.png`, second as Uint8Array],
      ['dog/b.png', first as Uint8Array],
    ]);
    return opened(folder, (random) => changedTar(whole, random), true);
  },
};

const tarTypes = new TextEncoder().encode('xgLKDVS01234567');
const tarNames = ['../../a.png', '/etc/a.png', 'cat', '', '.hidden/a.png', 'a\0b.png', 'x'.repeat(100)];

function changedTar(whole: Uint8Array, random: Random): Uint8Array {
  const archive = whole.slice();
  for (let round = random.below(3); round > 0; round--) {
    const start = 512 * random.below(archive.length / 512);
    switch (random.below(4)) {
      case 0:
        archive[start + 124 + random.below(12)] = random.below(256);
        break;
      case 1:
        archive[start + 156] = random.pick([...tarTypes]);
        break;
      case 2:
        archive.fill(0, start, start + 100);
        archive.set(new TextEncoder().encode(random.pick(tarNames)).subarray(0, 100), start);
        break;
      default:
        archive[start + random.below(512)] = random.below(256);
    }
    if (random.chance(0.9)) fitTarChecksum(archive, start);
  }
  return random.chance(0.15) ? sometimes(archive, random) : archive;
}

const sizes = [0, 1, 2, 3, 28, 255, 65_535, 2 ** 31 - 1, 2 ** 32 - 1];

export const idx: FuzzTarget = {
  name: 'IDX',
  share: 42,
  open: (folder) => opened(folder, (random) => sometimes(idxFile(random, [2 + random.below(3), 6, 7]), random), true),
};

/** An IDX file; one in three claims another size, another type or other axes. */
function idxFile(random: Random, axes: readonly number[]): Uint8Array {
  const claimed = random.chance(1 / 3) ? axes.map((axis) => (random.chance(0.5) ? random.pick(sizes) : axis)) : axes;
  const head = new Uint8Array(4 + 4 * claimed.length);
  head.set([0, 0, random.chance(0.9) ? 8 : random.below(16), random.chance(0.9) ? claimed.length : random.below(256)]);
  const view = new DataView(head.buffer);
  claimed.forEach((axis, index) => {
    view.setUint32(4 + 4 * index, axis);
  });
  return joined(head, random.bytes(axes.reduce((product, axis) => product * axis, 1)));
}

export const npy: FuzzTarget = {
  name: 'npy',
  share: 42,
  open: (folder) => opened(folder, (random) => sometimes(npyImages(random), random), true),
};

function npyImages(random: Random): Uint8Array {
  const shape = random.pick([
    [2, 6, 7],
    [2, 6, 7, 3],
    [2, 3, 6, 7],
    [1, 6, 7, 1],
  ]);
  return claimOther(writeNpy(random.bytes(shape.reduce((product, axis) => product * axis, 1)), shape), random);
}

/** One in three has another header of the same length. */
function claimOther(file: Uint8Array, random: Random): Uint8Array {
  if (random.chance(2 / 3)) return file;
  const text = Buffer.from(file).toString('latin1');
  const start = text.indexOf('{');
  const end = text.indexOf('\n');
  const dictionary = text.slice(start, end);
  const changes: readonly (() => string)[] = [
    () => dictionary.replace(/\(\d+/, `(${random.pick(sizes)}`),
    () => dictionary.replace('False', 'True'),
    () =>
      dictionary.replace(/'descr': '[^']*'/, `'descr': '${random.pick(['<f4', '>i4', '|O', '<i8', '|u1', '<U9'])}'`),
    () => dictionary.replace(/\([^)]*\)/, random.pick(['()', '(-1, 2)', '(1e3,)', `(${'1, '.repeat(30)})`])),
  ];
  const other = random
    .pick(changes)()
    .padEnd(end - start);
  // A longer one moves the values.
  return joined(file.subarray(0, start), new TextEncoder().encode(other), file.subarray(end));
}

export const cifar: FuzzTarget = {
  name: 'CIFAR',
  share: 20,
  open: (folder) =>
    opened(
      folder,
      (random) => {
        const labelBytes = random.pick([1, 2]);
        const rows = Array.from({ length: 1 + random.below(3) }, (_, row) => {
          const image = new Uint8Array(labelBytes + 3072).fill(random.below(256));
          image[0] = random.chance(0.95) ? row % 10 : random.below(256);
          image[labelBytes - 1] = random.chance(0.95) ? row % 10 : random.below(256);
          return image;
        });
        return sometimes(joined(...rows), random);
      },
      true,
    ),
};

export const labels: FuzzTarget = {
  name: 'labels',
  share: 25,
  async open(folder) {
    const path = join(folder, 'labels');
    return async (random) => {
      await writeFile(path, packed(sometimes(labelsFile(random), random), true, random));
      checkLabels(await readLabels(path), null);
      return 'accepted';
    };
  },
};

function labelsFile(random: Random): Uint8Array {
  const count = random.below(20);
  const values = Array.from({ length: count }, () =>
    random.chance(0.97) ? random.below(10) : random.below(600) - 300,
  );
  return random.pick([
    () => idxFile(random, [count]),
    () => claimOther(writeNpy(Uint8Array.from(values), [count]), random),
    () => claimOther(writeNpy(Int32Array.from(values), [count, 1]), random),
    () => claimOther(writeNpy(BigInt64Array.from(values, BigInt), [count]), random),
    () => claimOther(writeNpy(Float32Array.from(values), [count]), random),
  ])();
}
