// Labelled images in IDX files: big-endian numbers, then bytes. Source: Y. LeCun, the MNIST database.

export interface LabelledImages {
  readonly images: readonly ImageData[];
  /** The correct class of each image; null if it is not known. */
  readonly labels: readonly number[] | null;
}

/** Addresses of both files. */
export function imageFiles(folder: string): readonly string[] {
  return ['images.idx3-ubyte', 'labels.idx1-ubyte'].map((name) => `${folder}${name}`);
}

const headerOfImages = 16;
const headerOfLabels = 8;

/**
 * @param folder Address of a folder with `images.idx3-ubyte` and `labels.idx1-ubyte`.
 * @throws Error if a file is missing or is no IDX file.
 */
export async function fetchLabelledImages(folder: string): Promise<LabelledImages> {
  const [pixels, classes] = await Promise.all(imageFiles(folder).map(fetchBytes));
  return parseLabelledImages(pixels as Uint8Array, classes as Uint8Array);
}

/** @throws Error for bytes that are no pair of IDX files. */
export function parseLabelledImages(pixels: Uint8Array, classes: Uint8Array): LabelledImages {
  const [kind, count, height, width] = bigEndian(pixels, 4) as [number, number, number, number];
  const [kindOfLabels, countOfLabels] = bigEndian(classes, 2) as [number, number];
  const size = height * width;
  if (kind !== 0x803 || kindOfLabels !== 0x801) throw new Error('Expected IDX files of bytes: images and labels.');
  if (count !== countOfLabels || pixels.length !== headerOfImages + count * size) {
    throw new Error(`Expected ${count} images of ${height} x ${width} and as many labels; the files are damaged.`);
  }
  return {
    images: Array.from({ length: count }, (_, index) => {
      const start = headerOfImages + index * size;
      return greyImage(pixels.subarray(start, start + size), width, height);
    }),
    labels: Array.from(classes.subarray(headerOfLabels, headerOfLabels + count)),
  };
}

function greyImage(pixels: Uint8Array, width: number, height: number): ImageData {
  const image = new ImageData(width, height);
  for (const [index, value] of pixels.entries()) image.data.set([value, value, value, 255], 4 * index);
  return image;
}

function bigEndian(bytes: Uint8Array, count: number): readonly number[] {
  if (bytes.length < 4 * count) throw new Error('Expected an IDX file; it ends too early.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, index) => view.getUint32(4 * index));
}

async function fetchBytes(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} cannot be read: ${response.status} ${response.statusText}.`);
  return new Uint8Array(await response.arrayBuffer());
}
