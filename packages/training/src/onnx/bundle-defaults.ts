import { policyKinds } from '@ztw/core';
import type { HeadFamily } from '@ztw/heads';
import type { BundleRuntimes, CutSelection } from '@ztw/onnx-graph';
import type { Method } from '../plan/method.ts';
import type { HeadChoice } from '../plan/plan-heads.ts';
import type { CalibrationOptions } from './make-bundles.ts';

/** Defaults for making a bundle. */
export const bundleDefaults: {
  readonly method: Method;
  readonly cuts: CutSelection;
  readonly head: HeadChoice & { readonly family: HeadFamily | 'auto' };
  /** Share of the training rows held out for the ensemble and the thresholds. */
  readonly heldOutShare: number;
  readonly calibration: CalibrationOptions;
  /** Networks with operators that TensorFlow.js lacks are written for ONNX Runtime alone. */
  readonly runtimes: BundleRuntimes;
} = {
  method: 'ztw',
  cuts: { kind: 'auto' },
  head: { family: 'auto' },
  heldOutShare: 0.1,
  calibration: {
    ensemble: 'geometric',
    budgets: [0.25, 0.5, 0.75, 1],
    timeBudgets: [],
    policy: policyKinds.confidence,
    times: { batchSize: 1, profile: null },
  },
  runtimes: 'both',
};
