// Finds where a network can be cut: after each operation whose result is the only computed tensor that later operations
// read.

import type { RowShape } from '@ztw/core';
import type { NetworkCut } from '@ztw/heads';
import { channelsFirstShape } from './row-layout.ts';

/** One operation of a network, with one result. */
export interface FlowNode {
  readonly name: string;
  /** Names of the nodes that it reads. The network's input and constants have no node. */
  readonly inputs: readonly string[];
  /** Row shape of the result in memory; null where the result has no rows, so that there is no cut. */
  readonly rowShape: RowShape | null;
  /** MACs per row. */
  readonly macs: number;
  /** Whether it only moves values: padding, flattening, dropout. Another cut of the same cost is better for an IC. */
  readonly moves: boolean;
}

/**
 * @param nodes In an order in which they can run, from the network's input to its output; all of them lead to the
 *   output.
 * @returns the cuts that have MACs before them and after them.
 */
export function findCuts(nodes: readonly FlowNode[]): readonly NetworkCut[] {
  const lastRead = new Map<string, number>();
  nodes.forEach(({ inputs }, position) => {
    for (const name of inputs) lastRead.set(name, position);
  });
  const backboneMacs = nodes.reduce((sum, { macs }) => sum + macs, 0);
  const found: { readonly node: FlowNode; readonly rowShape: RowShape; readonly macs: number }[] = [];
  const open = new Set<string>();
  let macs = 0;
  nodes.forEach((node, position) => {
    macs += node.macs;
    open.add(node.name);
    for (const name of node.inputs) {
      if (lastRead.get(name) === position) open.delete(name);
    }
    const isCut = open.size === 1 && open.has(node.name) && macs > 0 && macs < backboneMacs;
    if (isCut && node.rowShape !== null) found.push({ node, rowShape: node.rowShape, macs });
  });
  const costs = [...new Set(found.map((cut) => cut.macs))];
  const best = new Set(costs.map((cost) => bestOf(found.filter((cut) => cut.macs === cost))));
  return found.map((cut) => ({
    name: cut.node.name,
    rowShape: channelsFirstShape(cut.rowShape),
    macs: cut.macs,
    preferred: best.has(cut),
  }));
}

/**
 * The best of cuts with the same cost: the last one whose features are maps, if there are any, and that does not only
 * move values.
 */
function bestOf<Cut extends { readonly node: FlowNode; readonly rowShape: RowShape }>(cuts: readonly Cut[]): Cut {
  const rank = Math.max(...cuts.map(({ rowShape }) => rowShape.length));
  const maps = cuts.filter(({ rowShape }) => rowShape.length === rank);
  return maps.findLast(({ node }) => !node.moves) ?? (maps[0] as Cut);
}
