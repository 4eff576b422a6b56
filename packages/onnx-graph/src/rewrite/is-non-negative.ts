import type { GraphView } from '../graph/graph-view.ts';

const nonNegativeOperators: ReadonlySet<string> = new Set([
  'Abs',
  'HardSigmoid',
  'Relu',
  'Sigmoid',
  'Softmax',
  'Softplus',
]);

/** Operators that only move, copy or average values. Their result is non-negative if all inputs are. */
const preservingOperators: ReadonlySet<string> = new Set([
  'AveragePool',
  'Concat',
  'Dropout',
  'Flatten',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'Identity',
  'MaxPool',
  'Transpose',
]);

/** Whether the operators that compute a tensor show that it holds no negative value. */
export function isNonNegative(view: GraphView, name: string): boolean {
  const producer = view.producers.get(name);
  if (producer === undefined) return false;
  if (nonNegativeOperators.has(producer.operator)) return true;
  if (!preservingOperators.has(producer.operator)) return false;
  const sources = producer.operator === 'Concat' ? producer.reads : producer.reads.slice(0, 1);
  return sources.every((source) => isNonNegative(view, source));
}
