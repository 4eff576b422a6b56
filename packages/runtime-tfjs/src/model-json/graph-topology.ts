// Checks the nodes of a GraphModel: all names exist, constants have stored values, and no node depends on itself.

import * as v from 'valibot';
import { maximumDepth, maximumInputValues, maximumLength, maximumNodes } from './model-json-bounds.ts';
import { refuse } from './refuse.ts';

const text = v.pipe(v.string(), v.nonEmpty());
const finite = v.pipe(v.number(), v.finite());
const integer = v.union([v.pipe(v.number(), v.safeInteger()), v.pipe(v.string(), v.regex(/^-?\d{1,19}$/))]);
/** Texts are stored as base64, or as the codes of their characters. */
const stored = v.union([v.literal(''), v.pipe(v.string(), v.base64()), v.array(v.pipe(v.number(), v.integer()))]);
const shape = v.looseObject({ dim: v.optional(v.array(v.looseObject({ size: integer }))) });
const many = <Item extends v.GenericSchema>(item: Item): v.OptionalSchema<v.ArraySchema<Item, undefined>, undefined> =>
  v.optional(v.array(item));

const attribute = v.looseObject({
  s: v.optional(stored),
  i: v.optional(integer),
  f: v.optional(finite),
  b: v.optional(v.boolean()),
  type: v.optional(v.union([text, v.number()])),
  shape: v.optional(shape),
  list: v.optional(
    v.looseObject({ s: many(stored), i: many(integer), f: many(finite), b: many(v.boolean()), shape: many(shape) }),
  ),
});

const graph = v.looseObject({
  node: v.pipe(
    v.array(
      v.looseObject({
        name: text,
        op: text,
        input: v.optional(v.array(text)),
        attr: v.optional(v.record(v.string(), attribute)),
      }),
    ),
    v.minLength(1),
    v.maxLength(maximumNodes),
  ),
});

type Node = v.InferOutput<typeof graph>['node'][number];

/** @throws InvalidModelError with the place inside the JSON. */
export function checkGraphTopology(json: unknown, path: string, weights: ReadonlyMap<string, readonly number[]>): void {
  const result = v.safeParse(graph, json, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    const place = v.getDotPath(issue);
    refuse(place === null ? path : `${path}.${place}`, `${issue.expected ?? issue.message}`, issue.input);
  }
  const { node: nodes } = result.output;
  const positions = new Map<string, number>();
  for (const [position, { name }] of nodes.entries()) {
    const isName = !positions.has(name) && !(name in Object.prototype) && !/^\^|:/.test(name);
    if (!isName) refuse(`${path}.node.${position}.name`, 'a name that no other node has', name);
    positions.set(name, position);
  }
  for (const [position, node] of nodes.entries()) {
    const place = `${path}.node.${position}`;
    for (const [index, input] of (node.input ?? []).entries()) {
      if (!positions.has(nodeOf(input))) refuse(`${place}.input.${index}`, 'the name of a node', input);
    }
    if (node.op === 'Const' && !weights.has(node.name))
      refuse(`${place}.name`, 'the name of a stored weight', node.name);
    if (node.op === 'Placeholder') checkPlaceholder(node, place);
  }
  checkOrder(nodes, positions, path);
}

/** `^name` is a control dependency; `name:1` is a result other than the first. */
function nodeOf(input: string): string {
  return (input.startsWith('^') ? input.slice(1) : input).split(':')[0] ?? '';
}

function checkPlaceholder({ attr }: Node, path: string): void {
  const sizes = (attr?.shape?.shape?.dim ?? []).map(({ size }) => Number(size));
  const wrong = sizes.find((size) => size !== -1 && !(size >= 1 && size <= maximumLength));
  if (wrong !== undefined) refuse(`${path}.attr.shape`, `sizes from 1 to ${maximumLength}, or -1`, wrong);
  const product = sizes.reduce((total, size) => total * Math.abs(size), 1);
  if (product > maximumInputValues) refuse(`${path}.attr.shape`, `at most ${maximumInputValues} values`, sizes);
}

/**
 * Visits the nodes in an order in which they can run. A loop of TensorFlow 1 closes at a NextIteration node, which need
 * not wait.
 */
function checkOrder(nodes: readonly Node[], positions: ReadonlyMap<string, number>, path: string): void {
  const waitsFor = nodes.map(({ op, input = [] }) => (op === 'NextIteration' ? 0 : input.length));
  const readers = new Map<number, number[]>();
  for (const [reader, { op, input = [] }] of nodes.entries()) {
    if (op === 'NextIteration') continue;
    for (const name of input) {
      const source = positions.get(nodeOf(name)) ?? -1;
      const known = readers.get(source);
      if (known === undefined) readers.set(source, [reader]);
      else known.push(reader);
    }
  }
  const depths = nodes.map(() => 1);
  const ready = waitsFor.flatMap((count, position) => (count === 0 ? [position] : []));
  for (let next = 0; next < ready.length; next++) {
    const position = ready[next] as number;
    const depth = depths[position] as number;
    if (depth > maximumDepth)
      refuse(`${path}.node.${position}`, `at most ${maximumDepth} nodes one after the other`, 'more');
    for (const reader of readers.get(position) ?? []) {
      depths[reader] = Math.max(depths[reader] as number, depth + 1);
      waitsFor[reader] = (waitsFor[reader] as number) - 1;
      if (waitsFor[reader] === 0) ready.push(reader);
    }
  }
  const stuck = waitsFor.findIndex((count) => count > 0);
  if (stuck >= 0) refuse(`${path}.node.${stuck}.input`, 'nodes without a circle', nodes[stuck]?.name);
}
