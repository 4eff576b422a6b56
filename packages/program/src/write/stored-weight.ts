import type { Parameter } from '@ztw/core/runtime';
import type { WeightView } from '../weights/weight-view.ts';

/** A weight while a program is written. */
export interface StoredWeight extends Parameter {
  /** The values that it was made of by moving them only, so that both need to be stored once. Absent if computed. */
  readonly origin?: {
    readonly data: Float32Array;
    readonly view: WeightView;
  };
}
