// The checksums of a PNG. The decoder does not check those of pixels, so a chunk that was damaged in copying could pass
// as another image.

import { crc32 } from 'node:zlib';

const signatureBytes = 8;
const frameBytes = 12;

/**
 * The first critical chunk with a wrong checksum; null if there is none. Truncated files are left to the decoder.
 * @param png Bytes that begin as a PNG does.
 */
export function damagedPngChunk(png: Uint8Array): string | null {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let start = signatureBytes;
  while (start + frameBytes <= png.length) {
    const dataEnd = start + 8 + view.getUint32(start);
    if (dataEnd + 4 > png.length) return null;
    const kind = String.fromCharCode(...png.subarray(start + 4, start + 8));
    // An upper-case first letter marks a critical chunk; others are metadata.
    const isCritical = /^[A-Z]/.test(kind);
    if (isCritical && crc32(png.subarray(start + 4, dataEnd)) !== view.getUint32(dataEnd)) return kind;
    if (kind === 'IEND') return null;
    start = dataEnd + 4;
  }
  return null;
}
