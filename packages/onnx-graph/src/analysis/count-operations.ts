// The operations of a graph as a runtime executes them, with MACs and bytes per row.

import type { OperationCost, OperationKind } from '@ztw/core/evaluation';
import type { GraphNode } from '../graph/graph-view.ts';
import { intAttributeOf } from '../model/attributes.ts';
import { elementCount } from '../model/tensor.ts';
import type { Segment } from '../segment/segment.ts';
import type { AnalysisSource, GraphAnalysis } from './analyse-graph.ts';
import { globalPooling, normalising } from './operator-classes.ts';
import type { TensorFacts } from './tensor-facts.ts';

/**
 * The costs of a segment's operations, in order, without heads. Operators that runtimes fold into the convolution before
 * them, and operators that only change a shape, cost nothing and are left out.
 */
export function segmentOperations({ nodes, analysis }: Segment): readonly OperationCost[] {
  return nodes.flatMap((node) => nodeOperation(node, analysis) ?? []);
}

/** The cost of one data node; null if it costs nothing. */
function nodeOperation(
  node: GraphNode,
  { source, batch }: Pick<GraphAnalysis, 'source' | 'batch'>,
): OperationCost | null {
  if (views.has(node.operator) || isFolded(node, source)) return null;
  const macs = source.macs[source.flow.positionOf.get(node.writes[0] ?? '') ?? -1] ?? 0;
  return { kind: kindOf(node, source), macs, ...bytesOf(node, source, batch === 'dynamic' ? 1 : batch) };
}

/** Operators that change a shape but no value. */
const views: ReadonlySet<string> = new Set([
  'Constant',
  'Dropout',
  'Flatten',
  'Identity',
  'Reshape',
  'Shape',
  'Squeeze',
  'Unsqueeze',
]);

/** Operators that runtimes compute together with a convolution if only they read its result. */
const foldedIntoConvolution: ReadonlySet<string> = new Set([
  'BatchNormalization',
  'Clip',
  'HardSigmoid',
  'LeakyRelu',
  'Relu',
  'Sigmoid',
  'Tanh',
]);

const convolutions: ReadonlySet<string> = new Set(['Conv', 'ConvInteger', 'ConvTranspose', 'FusedConv', 'QLinearConv']);

const products: ReadonlySet<string> = new Set([
  'Einsum',
  'Gemm',
  'MatMul',
  'MatMulInteger',
  'QLinearMatMul',
  'Attention',
  'MultiHeadAttention',
]);

const functions: ReadonlySet<string> = new Set([
  ...[...normalising].filter((operator) => operator !== 'ReduceMean'),
  'Celu',
  'Elu',
  'Erf',
  'Exp',
  'Gelu',
  'Log',
  'LogSoftmax',
  'Mish',
  'Pow',
  'Selu',
  'Sigmoid',
  'Softmax',
  'Softplus',
  'Swish',
  'Tanh',
]);

function isFolded(node: GraphNode, source: AnalysisSource): boolean {
  if (!foldedIntoConvolution.has(node.operator)) return false;
  const [name = ''] = node.proto.input;
  const producer = source.view.producers.get(name);
  if (producer === undefined || (source.view.readers.get(name)?.length ?? 0) !== 1) return false;
  return (
    convolutions.has(producer.operator) || (producer.operator === 'BatchNormalization' && isFolded(producer, source))
  );
}

function kindOf(node: GraphNode, { facts }: AnalysisSource): OperationKind {
  const { operator, proto } = node;
  if (convolutions.has(operator)) {
    const [, inner = 1, ...kernel] = facts.get(proto.input[operator === 'QLinearConv' ? 3 : 1] ?? '')?.dims ?? [];
    if (intAttributeOf(proto, 'group', 1) > 1 && inner === 1) return 'depthwise';
    return kernel.every((side) => side === 1) ? 'pointwise' : 'convolution';
  }
  if (products.has(operator)) return 'product';
  if (functions.has(operator)) return 'function';
  const pools = operator.includes('Pool') || operator.startsWith('Reduce');
  return pools && (globalPooling.has(operator) || operator.includes('Pool')) ? 'pool' : 'move';
}

function bytesOf(
  node: GraphNode,
  { facts }: AnalysisSource,
  rows: number,
): Pick<OperationCost, 'weightBytes' | 'activationBytes'> {
  let weightBytes = 0;
  let activationBytes = 0;
  for (const name of [...new Set(node.reads), ...node.writes]) {
    const tensor = facts.get(name);
    if (tensor === undefined) continue;
    if (tensor.flow === 'data') activationBytes += byteCount(tensor) / rows;
    else weightBytes += byteCount(tensor);
  }
  return { weightBytes, activationBytes };
}

/** Bytes per element; others have 4. */
const elementBytes: Readonly<Record<string, number>> = { float16: 2, bool: 1, int8: 1, uint8: 1, int64: 8, float64: 8 };

function byteCount({ type, dims }: TensorFacts): number {
  return elementCount(dims) * (elementBytes[type] ?? 4);
}
