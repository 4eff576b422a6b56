// Divides tensors into data, which depends on the input, and static tensors, which every stage can compute by itself:
// constants and values derived from shapes alone.

import type { ProbedTensor } from '@ztw/core/runtime';
import type { GraphNode, GraphView } from '../graph/graph-view.ts';
import { elementTypeName, integerValues, tensorDims } from '../model/tensor.ts';
import type { NetworkInput } from './choose-ports.ts';
import type { Probing } from './probe-graph.ts';

/** Integers that are the same for every input: `value[i] = fixed[i] + perRow[i] * rows`, where one of the two is 0. */
export interface StaticIntegers {
  readonly fixed: readonly number[];
  readonly perRow: readonly number[];
}

export interface TensorFacts {
  readonly flow: 'static' | 'data';
  /** ONNX Runtime's name of the element type. */
  readonly type: string;
  /** Full dims at the first probing (one row, or the fixed batch). */
  readonly dims: readonly number[];
  /** The same dims as a function of the number of rows; null where they do not follow that rule. */
  readonly dimsByRows: StaticIntegers | null;
  /** Values of a small static integer tensor; null for all others. */
  readonly integers: StaticIntegers | null;
}

/** Facts of every tensor of the view: initialisers, the input, and all that nodes write. */
export type FactsByName = ReadonlyMap<string, TensorFacts>;

/** True where no entry depends on the number of rows. */
export function isFixed(integers: StaticIntegers): boolean {
  return integers.perRow.every((value) => value === 0);
}

/** Operators whose results differ from run to run. */
const randomOperators: ReadonlySet<string> = new Set([
  'RandomNormal',
  'RandomUniform',
  'RandomNormalLike',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
]);

/** Operators whose output shape depends, or may depend, on the values of their inputs. */
const shapeFromValues: ReadonlySet<string> = new Set([
  'NonZero',
  'Compress',
  'Unique',
  'NonMaxSuppression',
  'If',
  'Loop',
  'Scan',
]);

/** Operators whose output shape depends on the values of every input but the first. */
const shapeFromOperands: ReadonlySet<string> = new Set([
  'Reshape',
  'Expand',
  'Slice',
  'Pad',
  'Tile',
  'Resize',
  'Upsample',
  'TopK',
  'OneHot',
  'Range',
  'ConstantOfShape',
]);

/** Where a tensor's value comes from. A later step decides which values every stage can compute by itself. */
type Origin = 'constant' | 'shape' | 'data';

/** @param input The network's input, the only source of data. */
export function collectFacts(view: GraphView, input: NetworkInput, probings: readonly Probing[]): FactsByName {
  const facts = new Map<string, TensorFacts>();
  const origins = new Map<string, Origin>();
  /** Data tensors whose shape depends on values. Probing on zeros does not reveal their shape. */
  const valueDependent = new Set<string>();
  origins.set(input.name, 'data');
  facts.set(input.name, inputFacts(input, probings));
  for (const [name, tensor] of view.initialisers) {
    const values = integerValues(tensor);
    const dims = tensorDims(tensor);
    facts.set(name, {
      flow: 'static',
      type: elementTypeName(tensor.dataType),
      dims,
      dimsByRows: fixedIntegers(dims),
      integers: values === null ? null : fixedIntegers(values),
    });
  }
  for (const node of view.nodes) {
    const origin = originOf(node, origins, valueDependent);
    if (origin === 'data' && hasValueDependentShape(node, origins, valueDependent)) {
      for (const name of node.writes) valueDependent.add(name);
    }
    const recomputable = node.reads.every(
      (name) => facts.get(name)?.flow === 'static' || origins.get(name) === undefined,
    );
    for (const name of node.writes) {
      const described = describe(name, probings);
      const integers = origin === 'data' ? null : described.integers;
      const isStatic = origin === 'constant' || (origin === 'shape' && (integers !== null || recomputable));
      origins.set(name, isStatic ? origin : 'data');
      facts.set(name, { ...described, integers, flow: isStatic ? 'static' : 'data' });
    }
  }
  return facts;
}

function inputFacts({ rowShape }: NetworkInput, probings: readonly Probing[]): TensorFacts {
  const dims = probings.map(({ rows }) => ({ rows, values: [rows, ...rowShape] }));
  return { flow: 'data', type: 'float32', dims: dims[0]?.values ?? [], dimsByRows: ruleOf(dims), integers: null };
}

function originOf(node: GraphNode, origins: ReadonlyMap<string, Origin>, valueDependent: ReadonlySet<string>): Origin {
  if (randomOperators.has(node.operator)) return 'data';
  const sources = node.reads.map((name) => origins.get(name) ?? 'constant');
  if (!sources.includes('data')) return sources.includes('shape') ? 'shape' : 'constant';
  const readsOnlyTheShape = node.operator === 'Shape' || node.operator === 'Size';
  return readsOnlyTheShape && !node.reads.some((name) => valueDependent.has(name)) ? 'shape' : 'data';
}

function hasValueDependentShape(
  node: GraphNode,
  origins: ReadonlyMap<string, Origin>,
  valueDependent: ReadonlySet<string>,
): boolean {
  if (shapeFromValues.has(node.operator) || node.reads.some((name) => valueDependent.has(name))) return true;
  return shapeFromOperands.has(node.operator) && node.proto.input.slice(1).some((name) => origins.get(name) === 'data');
}

function describe(name: string, probings: readonly Probing[]): TensorFacts {
  const probed = probings.map(({ rows, tensors }) => ({ rows, tensor: tensors.get(name) }));
  const [first] = probed;
  const known = probed.flatMap(({ rows, tensor }) => (tensor === undefined ? [] : [{ rows, tensor }]));
  if (first?.tensor === undefined || known.length < probed.length) return undescribed;
  const integers = valuesOf(known);
  return {
    flow: 'data',
    type: first.tensor.type,
    dims: first.tensor.dims,
    dimsByRows: ruleOf(known.map(({ rows, tensor }) => ({ rows, values: tensor.dims }))),
    integers,
  };
}

/** A tensor that no probing reported, such as an optional output that the runtime leaves out. */
const undescribed: TensorFacts = { flow: 'data', type: 'unknown', dims: [], dimsByRows: null, integers: null };

function valuesOf(probed: readonly { readonly rows: number; readonly tensor: ProbedTensor }[]): StaticIntegers | null {
  const sameDims = probed.every(({ tensor }) => sameNumbers(tensor.dims, probed[0]?.tensor.dims ?? []));
  if (!sameDims) return null;
  const values = probed.flatMap(({ rows, tensor }) =>
    tensor.values === null ? [] : [{ rows, values: tensor.values }],
  );
  return values.length === probed.length ? ruleOf(values) : null;
}

function sameNumbers(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}

function fixedIntegers(values: readonly number[]): StaticIntegers {
  return { fixed: values, perRow: values.map(() => 0) };
}

/**
 * Finds the rule for integers that were probed at one or two numbers of rows.
 * Each entry is fixed or a multiple of the rows.
 * Two probings cannot distinguish other rules.
 */
function ruleOf(seen: readonly { readonly rows: number; readonly values: readonly number[] }[]): StaticIntegers | null {
  const [first, second] = seen;
  if (first === undefined) return null;
  if (second === undefined) return fixedIntegers(first.values);
  if (first.values.length !== second.values.length) return null;
  const fixed: number[] = [];
  const perRow: number[] = [];
  for (const [index, value] of first.values.entries()) {
    const other = second.values[index];
    if (other === value) {
      fixed.push(value);
      perRow.push(0);
    } else if (other !== undefined && value * second.rows === other * first.rows) {
      fixed.push(0);
      perRow.push(value / first.rows);
    } else {
      return null;
    }
  }
  return { fixed, perRow };
}
