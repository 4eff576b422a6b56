import { InvalidInputError } from '@ztw/core';
import type { NetworkCut, TrainableNetwork } from '@ztw/heads';

/** Which of the legal cuts to use. */
export type NetworkCutSelection =
  /** A number of cuts, spread evenly over the MACs. */
  | { readonly kind: 'count'; readonly count: number }
  /**
   * The cuts nearest to these fractions of the MACs, each between 0 and 1; SDN's are 0.15, 0.3, 0.45, 0.6, 0.75, 0.9.
   */
  | { readonly kind: 'fractions'; readonly fractions: readonly number[] }
  /** The cuts with these names, preferred or not. */
  | { readonly kind: 'names'; readonly names: readonly string[] };

/**
 * Picks cuts, in the order of the data flow.
 * @throws InvalidInputError for a selection that the network cannot satisfy.
 */
export function chooseNetworkCuts(
  network: Pick<TrainableNetwork, 'name' | 'cuts' | 'backboneMacs'>,
  selection: NetworkCutSelection,
): readonly NetworkCut[] {
  const { cuts, backboneMacs } = network;
  if (selection.kind === 'names') {
    const unknown = selection.names.find((name) => !cuts.some((cut) => cut.name === name));
    if (unknown !== undefined) {
      const examples = cuts.slice(0, 3).map(({ name }) => `"${name}"`);
      throw new InvalidInputError(
        `"${network.name}" cannot be cut at "${unknown}"; it can be cut for example at ${examples.join(', ')}.`,
        { received: unknown, path: network.name },
      );
    }
    return cuts.filter(({ name }) => selection.names.includes(name));
  }
  const candidates = cuts.filter(({ preferred }) => preferred);
  const { kind } = selection;
  const fractions =
    kind === 'count'
      ? Array.from({ length: selection.count }, (_unused, index) => (index + 1) / (selection.count + 1))
      : selection.fractions.toSorted((left, right) => left - right);
  if (fractions.length === 0 || fractions.length > candidates.length) {
    throw new InvalidInputError(
      `Expected from 1 to ${candidates.length} cuts for "${network.name}"; received ${fractions.length}.`,
      { expected: [1, candidates.length], received: fractions.length, path: network.name },
    );
  }
  const wrong = fractions.find((fraction) => !(fraction > 0 && fraction < 1));
  if (wrong !== undefined) {
    throw new InvalidInputError(`Expected cuts as fractions of the MACs between 0 and 1; received ${wrong}.`, {
      expected: [0, 1],
      received: wrong,
    });
  }
  return nearest(
    candidates,
    fractions.map((fraction) => fraction * backboneMacs),
  );
}

/** For each target, the nearest cut after the previous one that leaves enough cuts for the remaining targets. */
function nearest(candidates: readonly NetworkCut[], targets: readonly number[]): readonly NetworkCut[] {
  let first = 0;
  return targets.map((target, index) => {
    const end = candidates.length - (targets.length - index - 1);
    const choice = candidates.slice(first, end);
    const distances = choice.map(({ macs }) => Math.abs(macs - target));
    const best = distances.indexOf(Math.min(...distances));
    first += best + 1;
    return choice[best] as NetworkCut;
  });
}
