import { createHash } from 'node:crypto';
import type { LabelledData } from '../data/index.ts';

/** Rows whose pixels are looked at; reading all of them would cost as much as decoding the data once more. */
const sampledRows = 16;

/** A short text that differs, as good as always, when the rows, the labels or the pixels differ. Hex SHA-256. */
export async function dataFingerprint(data: LabelledData): Promise<string> {
  const { rows, labels, height, width, channels } = data;
  const hash = createHash('sha256').update(
    JSON.stringify({ rows, height, width, channels, labelled: labels !== null }),
  );
  if (labels !== null) hash.update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  const count = Math.min(sampledRows, rows);
  const sample = Int32Array.from({ length: count }, (_, index) => Math.floor((index * rows) / count));
  return hash.update(await data.pixels(sample)).digest('hex');
}
