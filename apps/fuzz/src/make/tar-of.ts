import { fitTarChecksum } from './fit-checksums.ts';
import { joined } from './mutate-bytes.ts';

const block = 512;

/** A tar archive of files, in the format of POSIX. */
export function tarOf(files: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const parts = files.flatMap(([name, content]) => {
    const header = new Uint8Array(block);
    const write = (text: string, at: number): void => header.set(new TextEncoder().encode(text), at);
    write(name.slice(0, 100), 0);
    write('0000644\0', 100);
    write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    write('00000000000\0', 136);
    write('0', 156);
    write('ustar\x0000', 257);
    fitTarChecksum(header, 0);
    return [header, content, new Uint8Array((block - (content.length % block)) % block)];
  });
  return joined(...parts, new Uint8Array(2 * block));
}
