// Checksums that fit what was changed, so that the code behind the check is reached.

import { crc32 } from 'node:zlib';

/** A PNG with the checksums of all whole chunks made to fit. */
export function fitPngChecksums(png: Uint8Array): Uint8Array {
  const copy = png.slice();
  const view = new DataView(copy.buffer);
  for (let at = 8; at + 12 <= copy.length; ) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > copy.length) break;
    view.setUint32(end, crc32(copy.subarray(at + 4, end)));
    at = end + 4;
  }
  return copy;
}

const block = 512;
const sumAt = 148;
const sumLength = 8;

/** A tar header at a block with its checksum made to fit. */
export function fitTarChecksum(archive: Uint8Array, start: number): void {
  const header = archive.subarray(start, start + block);
  if (header.length < block) return;
  header.fill(0x20, sumAt, sumAt + sumLength);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), sumAt);
}
