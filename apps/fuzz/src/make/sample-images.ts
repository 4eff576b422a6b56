import sharp from 'sharp';
import type { Random } from '../random.ts';

/** Small images in all formats: gray, colours, transparent, of 16 bits, interlaced, with a palette, turned. */
export async function sampleImages(): Promise<readonly Uint8Array[]> {
  const width = 9;
  const height = 7;
  const image = (channels: 1 | 3 | 4) => {
    const raw = Uint8Array.from({ length: width * height * channels }, (_, at) => (at * 37) % 256);
    return sharp(raw, { raw: { width, height, channels } });
  };
  const encoded = await Promise.all([
    image(3).png().toBuffer(),
    image(1).png().toBuffer(),
    image(4).png({ progressive: true }).toBuffer(),
    image(3).png({ palette: true }).toBuffer(),
    image(3).toColourspace('rgb16').png().toBuffer(),
    image(3).jpeg().toBuffer(),
    image(3).jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
    image(4).webp().toBuffer(),
    image(3).webp({ lossless: true }).toBuffer(),
  ]);
  return encoded.map((buffer) => new Uint8Array(buffer));
}

const interestingSizes = [0, 1, 2, 9, 4096, 8193, 65_535, 65_536, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

/** Makes a PNG claim another size, depth, colour type or interlacing. Checksums are made to fit elsewhere. */
export function claimOtherSize(png: Uint8Array, random: Random): Uint8Array {
  const copy = png.slice();
  const view = new DataView(copy.buffer);
  const header = 16;
  switch (random.below(4)) {
    case 0:
      view.setUint32(header, random.pick(interestingSizes));
      break;
    case 1:
      view.setUint32(header + 4, random.pick(interestingSizes));
      break;
    case 2:
      copy[header + 8] = random.pick([1, 2, 4, 8, 16, 3]);
      copy[header + 9] = random.pick([0, 2, 3, 4, 6, 7]);
      break;
    default:
      copy[header + 12] = random.pick([0, 1, 2]);
  }
  return copy;
}

/** Whether bytes begin as a PNG does. */
export function isPng(bytes: Uint8Array): boolean {
  return bytes[0] === 0x89 && bytes[1] === 0x50;
}
