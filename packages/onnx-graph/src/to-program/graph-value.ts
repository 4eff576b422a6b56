// A tensor of the graph during translation: computed by the program, or constant.

import type { Size, StoredWeight, TensorValue } from '@ztw/program';

/** Constant float32 values, row-major. */
export interface FloatsValue extends StoredWeight {
  readonly kind: 'floats';
}

/** Constant integers or booleans, or multiples of the number of rows. */
export interface IntegersValue {
  readonly kind: 'integers';
  readonly shape: readonly number[];
  readonly values: readonly Size[];
}

export type GraphValue = TensorValue | FloatsValue | IntegersValue;
