import { mutateJson } from '../../../../packages/runtime-tfjs/test/support/mutate-json.ts';
import type { Random } from '../random.ts';
import { joined } from './mutate-bytes.ts';

const lengthBytes = 8;

/** A safetensors file with another header, whose length fits, and often with the values that the header claims. */
export function mutateSafetensors(file: Uint8Array, random: Random): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset);
  const dataStart = lengthBytes + Number(view.getBigUint64(0, true));
  const text = new TextDecoder().decode(file.subarray(lengthBytes, dataStart));
  const header = mutateJson(JSON.parse(text), random.next, 1 + random.below(2));
  return safetensorsOf(header, file.subarray(dataStart));
}

/** A file of any header and any values. */
export function safetensorsOf(header: unknown, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(lengthBytes);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  return joined(length, json, data);
}
