import type { InputBatch } from '@ztw/core';
import type { HeldOutData } from '../training/train-options.ts';

/** A batch of held-out rows for measurements. The rows repeat if there are too few. */
export async function firstRows(heldOut: HeldOutData, rows: number): Promise<InputBatch> {
  const chosen = Int32Array.from({ length: rows }, (_, row) => row % heldOut.rows);
  return { rows, data: await heldOut.read(chosen) };
}
