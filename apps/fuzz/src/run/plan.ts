// The order of inputs in one process. It follows from the plan alone, so that a process that is started again after a
// crash goes on where the last one ended.

import type { Position } from './ledger.ts';

export interface Plan {
  readonly targets: readonly { readonly name: string; readonly share: number }[];
  readonly seeds: readonly number[];
  /** Inputs over all targets and seeds; null: until the deadline. */
  readonly inputs: number | null;
  /** Index of the first input of each seed. */
  readonly first: number;
}

/** Positions from a step on. Targets take turns in proportion to their shares, and seeds take turns within a target. */
export function* positionsOf({ targets, seeds, inputs, first }: Plan, from: number): Generator<Position> {
  const total = targets.reduce((sum, { share }) => sum + share, 0);
  const debts = targets.map(() => 0);
  const given = targets.map(() => 0);
  for (let step = 0; inputs === null || step < inputs; step++) {
    targets.forEach(({ share }, target) => {
      debts[target] = (debts[target] as number) + share / total;
    });
    // The target that waits for the most of its share.
    const target = debts.reduce((most, debt, each) => (debt > (debts[most] as number) ? each : most), 0);
    debts[target] = (debts[target] as number) - 1;
    const turn = given[target] as number;
    given[target] = turn + 1;
    if (step < from) continue;
    const seed = seeds[turn % seeds.length] as number;
    yield { step, target, seed, index: first + Math.floor(turn / seeds.length) };
  }
}
