// Stored or synthetic predictions of all exits of one network, and the split of their rows.

import { takeRows } from '@ztw/core/runtime';
import {
  readIntegers,
  readLogits,
  readReference,
  referenceFolder,
} from '../../../../packages/ensemble/test/support/reference-logits.ts';

export interface ExitLogits {
  /** One array per exit: `[rows, classes]`. */
  readonly logits: readonly Float32Array[];
  /** `[rows]` */
  readonly labels: Int32Array;
  readonly classes: number;
  readonly exitCosts: readonly number[];
  /** Cost of the whole network, the 100 % of every budget. */
  readonly wholeCost: number;
}

/** Rows to fit and to choose thresholds on, and rows to report on. */
export interface Split {
  readonly calibration: Int32Array;
  readonly report: Int32Array;
}

export function rowsOf({ logits, labels, ...rest }: ExitLogits, rows: Int32Array): ExitLogits {
  return {
    ...rest,
    logits: logits.map((values) => takeRows(values, rest.classes, rows)),
    labels: takeRows(labels, 1, rows),
  };
}

/** Reads stored predictions; null where the optional data are missing. The reason is printed. */
export function storedExits(name: string, method: 'sdn' | 'ztw'): (ExitLogits & { readonly split: Split }) | null {
  const folder = referenceFolder(name);
  if (folder === null) return null;
  const reference = readReference(folder);
  const exitCosts = reference.methods[method]?.exit_macs;
  if (exitCosts === undefined) throw new Error(`Expected the method "${method}" in ${folder}/reference.json.`);
  return {
    logits: readLogits(folder, `${method}_test_logits_f16.npy`),
    labels: readIntegers(folder, 'test_labels.npy'),
    classes: 10,
    exitCosts,
    wholeCost: reference.backbone_macs,
    split: {
      calibration: readIntegers(folder, 'calibration_rows.npy'),
      report: readIntegers(folder, 'report_rows.npy'),
    },
  };
}
