// The checksums of a PNG. The decoder does not look at those of pixels: a chunk that was damaged in copying can pass
// for another image.

import { crc32 } from 'node:zlib';

const signatureBytes = 8;
const frameBytes = 12;

/**
 * The first chunk without which the image cannot be shown and whose checksum is wrong; null where there is none. A file
 * that ends too early is left to the decoder.
 * @param png Bytes that begin as a PNG does.
 */
export function damagedPngChunk(png: Uint8Array): string | null {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let start = signatureBytes;
  while (start + frameBytes <= png.length) {
    const dataEnd = start + 8 + view.getUint32(start);
    if (dataEnd + 4 > png.length) return null;
    const kind = String.fromCharCode(...png.subarray(start + 4, start + 8));
    // An upper-case first letter marks what no reader may pass over; the rest is metadata.
    const isCritical = /^[A-Z]/.test(kind);
    if (isCritical && crc32(png.subarray(start + 4, dataEnd)) !== view.getUint32(dataEnd)) return kind;
    if (kind === 'IEND') return null;
    start = dataEnd + 4;
  }
  return null;
}
