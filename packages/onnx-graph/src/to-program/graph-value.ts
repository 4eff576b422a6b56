// What a tensor of the graph is while its program is being written: computed by the program, or known already.

import type { Size, TensorValue } from '@ztw/program';

/** float32 values that are known. */
export interface FloatsValue {
  readonly kind: 'floats';
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Integers or truth values that are known, perhaps as multiples of the number of rows. */
export interface IntegersValue {
  readonly kind: 'integers';
  readonly shape: readonly number[];
  readonly values: readonly Size[];
}

export type GraphValue = TensorValue | FloatsValue | IntegersValue;
