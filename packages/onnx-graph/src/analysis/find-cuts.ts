import type { GraphNode } from '../graph/graph-view.ts';
import { type BitSet, bitSetHas } from './bit-set.ts';
import type { CutTensor, RejectedCut } from './cut.ts';
import { type DataFlow, frontier } from './data-flow.ts';
import type { FactsByName, TensorFacts } from './tensor-facts.ts';

/** A place where the data flow narrows to one or two tensors. Not every narrowing is a legal cut. */
export interface Narrowing {
  /** First the tensor that names the narrowing, then the second tensor that crosses, if any. */
  readonly tensors: readonly string[];
  /** All data nodes up to here. */
  readonly done: BitSet;
  readonly macs: number;
}

/** All narrowings, cheapest first. @param macs MACs per row of each data node, by position. */
export function findNarrowings(flow: DataFlow, macs: readonly number[]): readonly Narrowing[] {
  const found = new Map<string, Narrowing>();
  for (const [position, node] of flow.nodes.entries()) {
    const done = flow.ancestors[position];
    if (done === undefined) continue;
    const crossing = frontier(flow, done);
    if (crossing.length < 1 || crossing.length > 2) continue;
    const cost = sumOver(done, macs);
    for (const name of node.writes.filter((written) => crossing.includes(written))) {
      const tensors = [name, ...crossing.filter((other) => other !== name)];
      const key = tensors.toSorted().join('\n');
      if (!found.has(key)) found.set(key, { tensors, done, macs: cost });
    }
  }
  return [...found.values()];
}

function sumOver(set: BitSet, values: readonly number[]): number {
  let sum = 0;
  for (const [position, value] of values.entries()) if (bitSetHas(set, position)) sum += value;
  return sum;
}

/** The nodes of a set, in the order in which they run. */
export function nodesIn(flow: DataFlow, set: BitSet): readonly GraphNode[] {
  return flow.nodes.filter((_node, position) => bitSetHas(set, position));
}

/** The tensors of a narrowing, or the reason why it is not a legal cut. */
export function judgeNarrowing(
  narrowing: Narrowing,
  facts: FactsByName,
  batch: 'dynamic' | number,
  backboneMacs: number,
): { readonly tensors: readonly CutTensor[] } | { readonly rejected: RejectedCut } {
  const [name = ''] = narrowing.tensors;
  const reject = (reason: string): { readonly rejected: RejectedCut } => ({ rejected: { name, reason } });
  if (narrowing.macs === 0) return reject('nothing has been computed yet');
  if (narrowing.macs >= backboneMacs) return reject('nothing is left to skip');
  const tensors: CutTensor[] = [];
  for (const tensor of narrowing.tensors) {
    const described = facts.get(tensor);
    const fault = described === undefined ? 'is unknown to the runtime' : faultOf(described, batch);
    if (described === undefined || fault !== null) return reject(`tensor '${tensor}' ${fault}`);
    tensors.push({ name: tensor, rowShape: described.dims.slice(1) });
  }
  return { tensors };
}

function faultOf(described: TensorFacts, batch: 'dynamic' | number): string | null {
  const { type, dims } = described;
  if (type !== 'float32') return `holds ${type}, not float32`;
  if (dims.length < 2) return `has rank ${dims.length}; a batch axis and features are needed`;
  if (!isBatchFirst(described, batch))
    return `of shape [${dims.join(', ')}] does not carry the batch on its first axis`;
  return null;
}

/** Whether the first axis is the batch, and the only one that depends on it. */
export function isBatchFirst({ dims, dimsByRows }: TensorFacts, batch: 'dynamic' | number): boolean {
  if (batch !== 'dynamic') return dims[0] === batch;
  return dimsByRows?.perRow[0] === 1 && dimsByRows.perRow.slice(1).every((value) => value === 0);
}
