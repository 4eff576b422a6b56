import type { RowShape } from '@ztw/core';

/** A tensor of the written graph. */
export interface Value {
  readonly name: string;
  /** Shape of one row. */
  readonly shape: RowShape;
}
