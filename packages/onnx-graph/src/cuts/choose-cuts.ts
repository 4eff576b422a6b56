import { InvalidInputError, UnsupportedModelError } from '@ztw/core';
import type { GraphAnalysis } from '../analysis/analyse-graph.ts';
import { isSubset } from '../analysis/bit-set.ts';
import type { Cut } from '../analysis/cut.ts';
import { ancestorsOf } from '../analysis/data-flow.ts';
import { assignTargets } from './assign-targets.ts';
import type { CutSelection } from './cut-selection.ts';

/**
 * SDN's positions of internal classifiers, as fractions of the backbone's MACs.
 * Source: Shallow-Deep Networks (2019), section 3.2.
 */
export const sdnFractions: readonly number[] = [0.15, 0.3, 0.45, 0.6, 0.75, 0.9];

/**
 * Selects cuts of an analysed network, in the order in which data passes them.
 * @throws UnsupportedModelError when the network has no legal cut;
 *   InvalidInputError for a selection that the network cannot satisfy.
 */
export function chooseCuts(analysis: GraphAnalysis, selection: CutSelection): readonly Cut[] {
  if (selection.kind === 'none') return [];
  if (analysis.cuts.length === 0) throw noLegalCut(analysis);
  if (selection.kind === 'names') return cutsByName(analysis, selection.names);
  const candidates = candidateCuts(analysis);
  switch (selection.kind) {
    case 'all':
      return candidates;
    case 'auto':
      return nearest(analysis, candidates, sdnFractions.slice(0, candidates.length));
    case 'count':
      return nearest(analysis, candidates, evenFractions(selection.count, candidates.length));
    case 'fractions':
      return nearest(analysis, candidates, checkedFractions(selection.fractions, candidates.length));
  }
}

/** The cuts after blocks. Where no block ends in a legal cut: all cuts with one tensor, else those with two. */
function candidateCuts(analysis: GraphAnalysis): readonly Cut[] {
  const { cuts } = analysis;
  const afterBlocks = cuts.filter(({ afterBlock }) => afterBlock !== null);
  if (afterBlocks.length > 0) return afterBlocks;
  const single = cuts.filter(({ tensors }) => tensors.length === 1);
  if (single.length > 0) return single;
  const nested: Cut[] = [];
  for (const cut of cuts) {
    const last = nested.at(-1);
    if (last === undefined || comesBefore(analysis, last, cut)) nested.push(cut);
  }
  return nested;
}

/** Whether everything that `first` needs is also needed by `second`. */
export function comesBefore({ source }: GraphAnalysis, first: Cut, second: Cut): boolean {
  const done = (cut: Cut) =>
    ancestorsOf(
      source.flow,
      cut.tensors.map(({ name }) => name),
    );
  return isSubset(done(first), done(second));
}

function nearest(analysis: GraphAnalysis, candidates: readonly Cut[], fractions: readonly number[]): readonly Cut[] {
  const targets = fractions.map((fraction) => fraction * analysis.backboneMacs);
  const positions = candidates.map(({ macs }) => macs);
  return assignTargets(targets, positions).flatMap((position) => candidates[position] ?? []);
}

function evenFractions(count: number, available: number): readonly number[] {
  if (!Number.isSafeInteger(count) || count < 1 || count > available) {
    throw new InvalidInputError(
      `the number of cuts must be a whole number from 1 to ${available}, the network's number of blocks; received ${count}`,
      { expected: `a whole number from 1 to ${available}`, received: count },
    );
  }
  return Array.from({ length: count }, (_unused, index) => (index + 1) / (count + 1));
}

function checkedFractions(fractions: readonly number[], available: number): readonly number[] {
  const wrong = fractions.find((fraction) => !(fraction > 0 && fraction < 1));
  if (fractions.length === 0 || wrong !== undefined) {
    throw new InvalidInputError(
      `cuts as fractions of the MACs must lie between 0 and 1; received ${wrong ?? 'none'}. Write for example 0.2,0.4,0.6`,
      { expected: 'numbers between 0 and 1', received: fractions },
    );
  }
  if (fractions.length > available) {
    throw new InvalidInputError(
      `expected at most ${available} fractions, one per block of the network; received ${fractions.length}`,
      { expected: available, received: fractions.length },
    );
  }
  return fractions.toSorted((left, right) => left - right);
}

function cutsByName(analysis: GraphAnalysis, names: readonly string[]): readonly Cut[] {
  const chosen = [...new Set(names)].map((name) => {
    const cut = analysis.cuts.find((candidate) => candidate.name === name);
    if (cut === undefined) throw noSuchCut(analysis, name);
    return cut;
  });
  const ordered = chosen.toSorted((left, right) => analysis.cuts.indexOf(left) - analysis.cuts.indexOf(right));
  for (const [index, cut] of ordered.entries()) {
    const previous = ordered[index - 1];
    if (previous !== undefined && !comesBefore(analysis, previous, cut)) {
      throw new InvalidInputError(
        `cuts '${previous.name}' and '${cut.name}' lie on parallel paths; choose only one of them`,
        { received: [previous.name, cut.name] },
      );
    }
  }
  return ordered;
}

function noSuchCut({ cuts, rejectedCuts }: GraphAnalysis, name: string): InvalidInputError {
  const rejected = rejectedCuts.find((candidate) => candidate.name === name);
  if (rejected !== undefined)
    return new InvalidInputError(`the network cannot be cut at '${name}': ${rejected.reason}`);
  const examples = cuts.slice(0, 3).map((cut) => `'${cut.name}'`);
  return new InvalidInputError(
    `the network cannot be cut at '${name}': no tensor of that name carries all data alone or with one other; it can be cut for example at ${examples.join(', ')}`,
    { expected: cuts.map((cut) => cut.name), received: name },
  );
}

function noLegalCut({ rejectedCuts, output }: GraphAnalysis): UnsupportedModelError {
  const reasons = rejectedCuts
    .filter(({ name }) => name !== output.name)
    .slice(0, 3)
    .map(({ name, reason }) => `at '${name}': ${reason}`);
  const why =
    reasons.length > 0 ? reasons.join('; ') : 'there is no place where all data passes through one or two tensors';
  return new UnsupportedModelError(
    `the network has no legal cut (${why}); it can only be used whole, for example in a chain`,
  );
}
