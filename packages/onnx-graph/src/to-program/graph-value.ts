// A tensor of the graph during translation: computed by the program, or constant.

import type { Size, TensorValue } from '@ztw/program';

/** Constant float32 values. */
export interface FloatsValue {
  readonly kind: 'floats';
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Constant integers or booleans, or multiples of the number of rows. */
export interface IntegersValue {
  readonly kind: 'integers';
  readonly shape: readonly number[];
  readonly values: readonly Size[];
}

export type GraphValue = TensorValue | FloatsValue | IntegersValue;
