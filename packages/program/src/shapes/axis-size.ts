// Length of an axis while shapes are inferred. An axis that grows with the rows also knows how its entries are ordered,
// so that a reshape which would give values of one row to another is found.

/** `before * rows * after` entries; entry `(b * rows + row) * after + a` belongs to `row`. */
export interface RowsAxis {
  readonly before: number;
  readonly after: number;
}

export type AxisSize = number | RowsAxis;

/** Shape of a tensor of a program; at most one axis grows with the rows. */
export type Shape = readonly AxisSize[];

/** One entry per row. */
export const oneRow: RowsAxis = { before: 1, after: 1 };

export function perRow(size: AxisSize): number {
  return typeof size === 'number' ? size : size.before * size.after;
}

/** Values of the tensor per row; all of them where it does not depend on the rows. */
export function valuesPerRow(shape: Shape): number {
  return shape.reduce<number>((product, size) => product * perRow(size), 1);
}

/** Position of the axis that grows with the rows; -1 where there is none. */
export function rowsAxisOf(shape: Shape): number {
  return shape.findIndex((size) => typeof size !== 'number');
}

export function sameAxis(left: AxisSize | undefined, right: AxisSize | undefined): boolean {
  if (typeof left === 'object' && typeof right === 'object') {
    return left.before === right.before && left.after === right.after;
  }
  return left === right;
}

export function isOneRow(size: AxisSize | undefined): boolean {
  return sameAxis(size, oneRow);
}

/** `[rows, 4, 4, 8]`, for messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.map((size) => (typeof size === 'number' ? size : formatRows(size))).join(', ')}]`;
}

function formatRows(size: RowsAxis): string {
  const count = perRow(size);
  return count === 1 ? 'rows' : `${count} * rows`;
}
