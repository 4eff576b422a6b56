// A staged model that answers with stored or given logits, to test the loop, policies and ensembles without a network.

import type { DenseInputBatch } from '../contract/input.ts';
import { denseInputs } from '../input/input-types.ts';
import { takeRows } from '../numeric/rows.ts';
import type { RuntimeModel } from '../runtime/staged-model-adapter.ts';
import { hostModel } from './host-model.ts';

/**
 * The logits of an exit: stored logits `[all rows, classes]`, or a function of the current rows' numbers and the
 * previous exit's logits, both as compacted by the loop.
 */
export type ReplayExit = Float32Array | ((rowNumbers: Int32Array, previousLogits: Float32Array | null) => Float32Array);

export interface ReplayModelOptions {
  readonly classes: number;
  /** One per exit. */
  readonly exits: readonly ReplayExit[];
  /** MACs per row of each segment. Default: 100. */
  readonly segmentMacs?: number;
}

/** A model whose features are row numbers; its input comes from `rowNumbers`. */
export function replayModel({ classes, exits, segmentMacs = 100 }: ReplayModelOptions): RuntimeModel {
  return hostModel({
    name: 'replay',
    classes,
    labels: null,
    inputs: denseInputs([1]),
    backboneMacs: segmentMacs * exits.length,
    stages: exits.map((exit, exitIndex) => {
      const isFinal = exitIndex === exits.length - 1;
      return {
        description: {
          name: isFinal ? 'final' : `exit ${exitIndex}`,
          network: 0,
          isFinal,
          usesPreviousLogits: exitIndex > 0 && typeof exit === 'function',
          segmentMacs,
          headMacs: 0,
        },
        run(tensors, _rows, previousLogits) {
          const numbers = Int32Array.from(tensors[0]?.data as Float32Array);
          const logits = typeof exit === 'function' ? exit(numbers, previousLogits) : takeRows(exit, classes, numbers);
          return { tensors: isFinal ? null : tensors, logits };
        },
      };
    }),
  });
}

/** Input of a replay model: the rows 0 to `rows - 1`. */
export function rowNumbers(rows: number): DenseInputBatch {
  return { rows, data: Float32Array.from({ length: rows }, (_, row) => row) };
}
