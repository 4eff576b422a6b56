// Counts multiply-accumulates (MACs) of convolutions and matrix products from the probed shapes.
// All other operators count 0, including recurrent layers and fused attention.

import type { GraphNode } from '../graph/graph-view.ts';
import { intAttributeOf, stringAttributeOf } from '../model/attributes.ts';
import { elementCount } from '../model/tensor.ts';

/** Full dims of a tensor by its name; an empty list where they are unknown. */
type DimsOf = (name: string) => readonly number[];

/** MACs of one run of a node at the probed number of rows. */
export function countMacs(node: GraphNode, dimsOf: DimsOf): number {
  const counter = counters.get(node.operator);
  if (counter === undefined) return 0;
  const dims = (position: number): readonly number[] => dimsOf(node.proto.input[position] ?? '');
  return counter(node, dims, dimsOf(node.writes[0] ?? ''));
}

/** Whether an operator has a cost at all. */
export function countsMacs(operator: string): boolean {
  return counters.has(operator);
}

type Counter = (
  node: GraphNode,
  inputDims: (position: number) => readonly number[],
  outputDims: readonly number[],
) => number;

/** Each output element sums over one filter: `C/group * kernel`. */
function convolution(weightPosition: number): Counter {
  return (_node, inputDims, outputDims) => elementCount(outputDims) * elementCount(inputDims(weightPosition).slice(1));
}

/** Each input element is multiplied with one filter: `M/group * kernel`. */
const transposedConvolution: Counter = (_node, inputDims) =>
  elementCount(inputDims(0)) * elementCount(inputDims(1).slice(1));

const matrixProduct: Counter = (_node, inputDims, outputDims) => elementCount(outputDims) * (inputDims(0).at(-1) ?? 0);

const generalProduct: Counter = (node, inputDims, outputDims) => {
  const inner = intAttributeOf(node.proto, 'transA', 0) === 1 ? inputDims(0)[0] : inputDims(0)[1];
  return elementCount(outputDims) * (inner ?? 0);
};

/** Product of the sizes of all letters of the equation. Equations with `...` count 0. */
const einsum: Counter = (node, inputDims) => {
  const equation = stringAttributeOf(node.proto, 'equation', '').replaceAll(' ', '');
  const terms = (equation.split('->')[0] ?? '').split(',');
  if (equation.includes('.') || terms.length < 2) return 0;
  const sizes = new Map<string, number>();
  for (const [position, term] of terms.entries()) {
    for (const [axis, letter] of [...term].entries()) sizes.set(letter, inputDims(position)[axis] ?? 0);
  }
  return elementCount([...sizes.values()]);
};

const counters: ReadonlyMap<string, Counter> = new Map([
  ['Conv', convolution(1)],
  ['ConvInteger', convolution(1)],
  ['FusedConv', convolution(1)],
  ['QLinearConv', convolution(3)],
  ['ConvTranspose', transposedConvolution],
  ['MatMul', matrixProduct],
  ['MatMulInteger', matrixProduct],
  ['QLinearMatMul', matrixProduct],
  ['Gemm', generalProduct],
  ['Einsum', einsum],
]);
