import { memoryBlobStore } from '@ztw/core';
import type { MathKernels } from '@ztw/core/runtime';
import type { TrainOptions, TrainResult } from '../training/train-options.ts';
import { toyBackbone, toyData, toyHeldOut, toyVariants } from './toy-task.ts';

/** A whole training of a second or less: two cuts, two variants, 150 rows in two copies. */
export function toyOptions(kernels: MathKernels, overrides: Partial<TrainOptions> = {}): TrainOptions {
  const variants = toyVariants();
  return {
    kernels,
    backbone: toyBackbone(variants[0]!.heads),
    data: toyData(150, 2, 3),
    heldOut: toyHeldOut(60),
    variants,
    recipe: { epochs: 6, batchSize: 32, learningRate: 0.01, seed: 5 },
    scratch: memoryBlobStore(),
    ...overrides,
  };
}

/** The parts of a result that must be identical, bit by bit, in two runs of one job. */
export function essence({ variants }: TrainResult): unknown {
  return variants.map(({ stepMilliseconds, ...rest }) => rest);
}
