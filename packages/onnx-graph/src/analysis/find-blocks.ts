// Finds the blocks of a network from its structure alone.
// A region lies between two places where all data passes through one tensor.
// A region of parallel paths with convolutions or matrix products is a block (residual, inception, fire, ...).
// Attention and the MLP after it form one block. So do a gate (squeeze and excitation) and the projection after it.
// In a network without parallel paths each convolution or dense layer is a block.

import type { GraphNode } from '../graph/graph-view.ts';
import { elementCount } from '../model/tensor.ts';
import { bitSetHas } from './bit-set.ts';
import type { DataFlow } from './data-flow.ts';
import type { Narrowing } from './find-cuts.ts';
import { elementwise, globalPooling, normalising } from './operator-classes.ts';
import type { FactsByName } from './tensor-facts.ts';

/** Everything between two neighbouring single-tensor narrowings. */
interface Region {
  readonly end: Narrowing;
  readonly nodes: readonly GraphNode[];
  readonly macs: number;
}

/** Possible ends of one block, best first: after its trailing activation, or earlier. */
type BlockEnds = readonly Narrowing[];

/** Blocks in order; `narrowings` as found, `macs` per data node. */
export function findBlocks(
  flow: DataFlow,
  narrowings: readonly Narrowing[],
  facts: FactsByName,
  macs: readonly number[],
): readonly BlockEnds[] {
  const regions = divide(flow, narrowings, macs);
  const joins = mergeAttention(regions, facts).map((join) => withProjection(regions, join, facts));
  const joinedMacs = joins.reduce((sum, { macs: cost }) => sum + cost, 0);
  const total = macs.reduce((sum, cost) => sum + cost, 0);
  if (joinedMacs * 2 >= total && joins.length > 0) return endsOfJoins(regions, joins, facts);
  return endsOfLayers(regions, facts);
}

function divide(flow: DataFlow, narrowings: readonly Narrowing[], macs: readonly number[]): readonly Region[] {
  const singles = narrowings.filter(({ tensors }) => tensors.length === 1);
  return singles.map((end, index) => {
    const before = singles[index - 1]?.done;
    const positions = [...flow.nodes.keys()].filter(
      (position) => bitSetHas(end.done, position) && (before === undefined || !bitSetHas(before, position)),
    );
    return {
      end,
      nodes: positions.flatMap((position) => flow.nodes[position] ?? []),
      macs: positions.reduce((sum, position) => sum + (macs[position] ?? 0), 0),
    };
  });
}

interface Join {
  /** Position of its last region. */
  readonly last: number;
  readonly macs: number;
}

function isJoin({ nodes, macs }: Region): boolean {
  return nodes.length > 1 && macs > 0;
}

function mergeAttention(regions: readonly Region[], facts: FactsByName): readonly Join[] {
  const joins: Join[] = [];
  let attention: Join | null = null;
  for (const [position, region] of regions.entries()) {
    if (!isJoin(region)) continue;
    const join: Join = { last: position, macs: region.macs };
    if (attends(region, facts)) {
      if (attention !== null) joins.push(attention);
      attention = join;
    } else if (attention !== null) {
      joins.push({ last: position, macs: attention.macs + join.macs });
      attention = null;
    } else {
      joins.push(join);
    }
  }
  if (attention !== null) joins.push(attention);
  return joins;
}

/**
 * A region that ends in a product of two tensors of data is a gate on wide features: the block goes on to the layer
 * that narrows them again. There fewer values cross, and fusions of that layer stay whole.
 */
function withProjection(regions: readonly Region[], join: Join, facts: FactsByName): Join {
  const valuesAt = (position: number): number =>
    elementCount((facts.get(regions[position]?.end.tensors[0] ?? '')?.dims ?? []).slice(1));
  if (regions[join.last]?.nodes.at(-1)?.operator !== 'Mul') return join;
  const next = regions.findIndex(({ macs }, position) => position > join.last && macs > 0);
  const layer = regions[next];
  if (layer === undefined || isJoin(layer) || valuesAt(next) >= valuesAt(join.last)) return join;
  return { last: next, macs: join.macs + layer.macs };
}

const attentionOperators: ReadonlySet<string> = new Set([
  'Attention',
  'MultiHeadAttention',
  'QAttention',
  'GroupQueryAttention',
]);

/** Whether the region multiplies two data tensors as matrices. Layers multiply data with weights instead. */
function attends({ nodes }: Region, facts: FactsByName): boolean {
  return nodes.some((node) => {
    if (attentionOperators.has(node.operator)) return true;
    if (node.operator !== 'MatMul' && node.operator !== 'Einsum') return false;
    return node.proto.input.filter((name) => facts.get(name)?.flow === 'data').length > 1;
  });
}

/**
 * A residual block ends after its activation. A normalisation after it is part of the block where most blocks have one
 * (post-norm transformers), but not where only the last block has one (final norm of pre-norm transformers).
 */
function endsOfJoins(regions: readonly Region[], joins: readonly Join[], facts: FactsByName): readonly BlockEnds[] {
  const activated = joins.map(({ last }) => extend(regions, last, facts, (node) => elementwise.has(node.operator)));
  const normalised = joins.map(({ last }) => extend(regions, last, facts, isElementwiseOrNorm));
  const withNorm = joins.filter((_join, index) => (normalised[index] ?? 0) > (activated[index] ?? 0)).length;
  const chosen = withNorm * 2 > joins.length ? normalised : activated;
  return joins.map(({ last }, index) => endsBetween(regions, last, chosen[index] ?? last));
}

function isElementwiseOrNorm({ operator }: GraphNode): boolean {
  return elementwise.has(operator) || normalising.has(operator);
}

function endsOfLayers(regions: readonly Region[], facts: FactsByName): readonly BlockEnds[] {
  const layers = [...regions.entries()].filter(([, { macs }]) => macs > 0);
  return layers.map(([position]) => {
    const last = extend(regions, position, facts, ({ operator }) => !globalPooling.has(operator), false);
    return endsBetween(regions, position, last);
  });
}

/** Position of the last free region after `start` with only `allowed` operators and the same rank (or shape). */
function extend(
  regions: readonly Region[],
  start: number,
  facts: FactsByName,
  allowed: (node: GraphNode) => boolean,
  keepShape = true,
): number {
  const shapeAt = (position: number): readonly number[] =>
    facts.get(regions[position]?.end.tensors[0] ?? '')?.dims ?? [];
  const shape = shapeAt(start);
  let last = start;
  for (let position = start + 1; position < regions.length; position++) {
    const region = regions[position];
    if (region === undefined || region.macs > 0 || !region.nodes.every(allowed)) break;
    const next = shapeAt(position);
    const fits = next.length === shape.length && (!keepShape || next.every((size, axis) => size === shape[axis]));
    if (!fits) break;
    last = position;
  }
  return last;
}

function endsBetween(regions: readonly Region[], first: number, last: number): BlockEnds {
  return regions
    .slice(first, last + 1)
    .map(({ end }) => end)
    .reverse();
}
