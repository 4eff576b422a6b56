/**
 * Assigns each target to a different position, in order, with the smallest total distance.
 * @param targets Ascending; at most as many as there are positions.
 * @param positions Ascending.
 * @returns for each target the index of its position, strictly ascending.
 */
export function assignTargets(targets: readonly number[], positions: readonly number[]): readonly number[] {
  // best[t][p]: least total distance of the first t targets within the first p positions.
  const best: number[][] = [positions.map(() => 0).concat(0)];
  for (const [target, value] of targets.entries()) {
    const before = best[target] ?? [];
    const row = [Number.POSITIVE_INFINITY];
    for (const [index, position] of positions.entries()) {
      const taken = (before[index] ?? Number.POSITIVE_INFINITY) + Math.abs(position - value);
      row.push(Math.min(taken, row[index] ?? Number.POSITIVE_INFINITY));
    }
    best.push(row);
  }
  return trace(best, targets.length, positions.length);
}

/** Traces the best total back. Ties go to the earlier position, which is the cheaper cut. */
function trace(best: readonly (readonly number[])[], targets: number, positions: number): readonly number[] {
  const chosen: number[] = [];
  let position = positions;
  for (let target = targets; target > 0; target--) {
    const row = best[target] ?? [];
    while (position > 1 && row[position - 1] === row[position]) position--;
    position--;
    chosen.push(position);
  }
  return chosen.reverse();
}
