import { InvalidInputError } from '@ztw/core';
import type { GraphAnalysis } from '../analysis/analyse-graph.ts';
import { type BitSet, bitSetHas, emptyBitSet } from '../analysis/bit-set.ts';
import type { Cut } from '../analysis/cut.ts';
import { ancestorsOf } from '../analysis/data-flow.ts';
import { comesBefore } from '../cuts/choose-cuts.ts';
import type { Segment } from './segment.ts';

/**
 * Splits a network at the given cuts. Each node runs in the segment of the first cut that needs it.
 * @param cuts Cuts of this analysis in the order in which data passes them, as from `chooseCuts`.
 * @returns `cuts.length + 1` segments.
 * @throws InvalidInputError for cuts that are out of order, repeated, on parallel paths or of another network.
 */
export function splitGraph(analysis: GraphAnalysis, cuts: readonly Cut[]): readonly Segment[] {
  checkOrder(analysis, cuts);
  const { flow, macs } = analysis.source;
  const ends = [...cuts, null];
  let before: BitSet = emptyBitSet(flow.nodes.length);
  return ends.map((cut, index) => {
    const names = cut === null ? [analysis.output.name] : cut.tensors.map(({ name }) => name);
    const done = ancestorsOf(flow, names);
    const positions = [...flow.nodes.keys()].filter(
      (position) => bitSetHas(done, position) && !bitSetHas(before, position),
    );
    before = done;
    return {
      index,
      name: cut?.name ?? 'final',
      inputs: cuts[index - 1]?.tensors ?? [analysis.input],
      outputs: cut?.tensors ?? [],
      macs: positions.reduce((sum, position) => sum + (macs[position] ?? 0), 0),
      nodes: positions.flatMap((position) => flow.nodes[position] ?? []),
      analysis,
    };
  });
}

function checkOrder(analysis: GraphAnalysis, cuts: readonly Cut[]): void {
  for (const [index, cut] of cuts.entries()) {
    if (!analysis.cuts.includes(cut)) {
      throw new InvalidInputError(`cut '${cut.name}' is not a cut of this network; take cuts from its own analysis`, {
        path: cut.name,
      });
    }
    const previous = cuts[index - 1];
    if (previous !== undefined && (previous === cut || !comesBefore(analysis, previous, cut))) {
      throw new InvalidInputError(
        `cut '${cut.name}' must come after '${previous.name}'; pass each cut once, in order`,
        { path: cut.name },
      );
    }
  }
}
