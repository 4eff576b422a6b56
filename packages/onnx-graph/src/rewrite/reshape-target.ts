import { isFixed, type StaticIntegers } from '../analysis/tensor-facts.ts';

/**
 * A constant target for a Reshape whose target depends on the number of rows. The one variable size becomes 0 (copied
 * from the input) or -1 (inferred). This is exact, because all other sizes are fixed.
 * @param target The target at every number of rows.
 * @param inputDims The dims of the tensor that is reshaped; null where unknown.
 * @param zeroCopies Whether a 0 in the target copies the input's size (the operator's default).
 * @returns null where no constant target is equivalent.
 */
export function constantReshapeTarget(
  target: StaticIntegers,
  inputDims: StaticIntegers | null,
  zeroCopies: boolean,
): readonly number[] | null {
  if (isFixed(target)) return target.fixed;
  const varying = [...target.perRow.keys()].filter((axis) => target.perRow[axis] !== 0);
  const [axis, another] = varying;
  if (axis === undefined || another !== undefined) return null;
  const replace = (size: number): readonly number[] => target.fixed.with(axis, size);
  const sameAsInput = inputDims?.perRow[axis] === target.perRow[axis] && inputDims?.fixed[axis] === 0;
  if (zeroCopies && sameAsInput) return replace(0);
  return target.fixed.includes(-1) ? null : replace(-1);
}
