import { createHash } from 'node:crypto';
import type { LabelledData } from '../data/index.ts';

/** Number of rows whose pixels are read. Reading all rows would cost as much as decoding the data again. */
const sampledRows = 16;

/**
 * Fingerprint of rows, labels and pixels: hex SHA-256. Data that differ get different fingerprints with near certainty.
 */
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
