// Limits on the memory for untrusted files. A small file must never take much: unpacked data are limited by a multiple
// of their packed size, and large files by a size that real data do not reach.

const mebibyte: number = 2 ** 20;

/** Most bytes of a file of raw pixels (IDX, CIFAR, `.npy`), unpacked. The whole file is held in memory. */
export const arrayBytesLimit: number = 8192 * mebibyte;

/** Most bytes of a file of labels or row numbers, unpacked: 32 million as int64. */
export const labelsBytesLimit: number = 256 * mebibyte;

/** Most bytes of a file of class names. */
export const namesBytesLimit: number = mebibyte;

/** Most bytes of the header of a `.npy` file; NumPy's own take a few hundred. */
export const npyHeaderBytesLimit: number = 64 * 1024;

/** Most bytes of one encoded image. */
export const imageBytesLimit: number = 256 * mebibyte;

/** Most pixels of one image: 8192 x 8192. */
export const imagePixelsLimit: number = 64 * mebibyte;

/**
 * Most pixels of images that are decoded at the same time: several of the usual sizes, or one that is larger alone. A
 * decoder may take up to 8 bytes for each, where an image is interlaced and of 16 bits.
 */
export const pixelsAtOnceLimit: number = 16 * mebibyte;

/** Real images pack to a half or a tenth. A larger ratio suggests a file made to fill the memory. */
const unpackedRatioLimit = 50;

/** Tiny files may have a larger ratio, because they are harmless. */
const unpackedAlways: number = 64 * mebibyte;

/** Memory per image of an archive, in addition to its bytes. */
export const archiveEntryBytes = 1024;

/** Most bytes that a packed file may become in memory. */
export function unpackedBytesLimit(packedBytes: number): number {
  return Math.max(unpackedAlways, unpackedRatioLimit * packedBytes);
}
