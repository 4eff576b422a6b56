import type { RowShape } from '@ztw/core';

/** A tensor in a graph that is being written. */
export interface Value {
  readonly name: string;
  /** Shape of one row. */
  readonly shape: RowShape;
}
