import type { GraphAnalysis } from '../analysis/analyse-graph.ts';
import type { CutTensor } from '../analysis/cut.ts';
import type { GraphNode } from '../graph/graph-view.ts';

/** The part of a network between two cuts. */
export interface Segment {
  readonly index: number;
  /** Name of the cut at its end, or `final`. */
  readonly name: string;
  /** The network's input for the first segment, else the tensors of the previous cut. */
  readonly inputs: readonly CutTensor[];
  /** Tensors of the cut at its end; empty for the last segment, which ends in the logits. */
  readonly outputs: readonly CutTensor[];
  /** MACs per row. */
  readonly macs: number;
  /** The data nodes that run here. */
  readonly nodes: readonly GraphNode[];
  readonly analysis: GraphAnalysis;
}
