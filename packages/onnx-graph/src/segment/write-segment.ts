// Writes the nodes of a segment as a separate graph. Static tensors of other segments are recreated here: stored as
// constants where their values are known, computed from the number of rows, or computed by a copy of their nodes.

import type { AttributeProto, TensorProto_DataType } from 'onnx-buf';
import { isFixed, type StaticIntegers } from '../analysis/tensor-facts.ts';
import { intAttribute, intsAttribute, makeNode } from '../graph/build.ts';
import { renameNode } from '../graph/captures.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { GraphNode } from '../graph/graph-view.ts';
import { intAttributeOf } from '../model/attributes.ts';
import { integerDataType, integerTensor, renameTensor } from '../model/tensor.ts';
import { findShortcuts, type Shortcut } from '../rewrite/find-shortcuts.ts';
import { constantReshapeTarget } from '../rewrite/reshape-target.ts';
import type { Segment } from './segment.ts';

interface WriteSegmentOptions {
  /** Names of inputs and outputs in the new graph, by their names in the network. */
  readonly names: ReadonlyMap<string, string>;
  /** Whether to replace slow patterns by faster ones with the same results. */
  readonly rewrite: boolean;
}

/** @returns a function from the name of a data tensor of the segment to its name in the new graph. */
export function writeSegment(
  builder: GraphBuilder,
  segment: Segment,
  options: WriteSegmentOptions,
): (name: string) => string {
  const writer = createWriter(builder, segment, options.names);
  const shortcuts = options.rewrite ? findShortcuts(segment) : [];
  const shortcutAt = new Map(shortcuts.map((shortcut) => [shortcut.last, shortcut]));
  const absorbed = new Set(shortcuts.flatMap(({ nodes }) => nodes));
  for (const node of segment.nodes) {
    const shortcut = shortcutAt.get(node);
    if (shortcut !== undefined) writeShortcut(builder, shortcut, writer.nameOf);
    else if (!absorbed.has(node)) writer.write(node);
  }
  return writer.nameOf;
}

interface Writer {
  nameOf(name: string): string;
  write(node: GraphNode): void;
}

function createWriter(builder: GraphBuilder, segment: Segment, given: ReadonlyMap<string, string>): Writer {
  const { view, facts, model } = segment.analysis.source;
  const names = new Map(given);
  const made = new Set<string>();
  let rowCount: string | null = null;

  function nameOf(name: string): string {
    const known = names.get(name);
    if (known !== undefined) return known;
    const claimed = builder.claim(name);
    names.set(name, claimed);
    return claimed;
  }

  /** Writes a copy of a node, after the static tensors that it reads. */
  function write(node: GraphNode): void {
    const target = node.operator === 'Reshape' ? reshapeTarget(node) : null;
    const skipped = target === null ? null : node.proto.input[1];
    for (const name of node.reads) if (name !== skipped && isStatic(name)) make(name);
    const copy = renameNode(node.proto, nameOf);
    if (target !== null) copy.input[1] = builder.integers(`${node.name}/target`, [target.length], target);
    builder.add(copy);
  }

  function isStatic(name: string): boolean {
    return facts.get(name)?.flow === 'static' || !(facts.has(name) || view.producers.has(name));
  }

  function reshapeTarget(node: GraphNode): readonly number[] | null {
    const [data = '', target = ''] = node.proto.input;
    const integers = facts.get(target)?.integers;
    if (!integers || isFixed(integers)) return null;
    const zeroCopies = intAttributeOf(node.proto, 'allowzero', 0) === 0;
    return constantReshapeTarget(integers, facts.get(data)?.dimsByRows ?? null, zeroCopies);
  }

  function make(name: string): void {
    if (made.has(name)) return;
    made.add(name);
    const producer = view.producers.get(name);
    const constant = producer?.operator === 'Constant' ? producer.proto.attribute[0]?.t : undefined;
    const stored = view.initialisers.get(name) ?? constant;
    if (stored !== undefined) builder.store(renameTensor(stored, nameOf(name)));
    else if (producer === undefined) makeSparse(name);
    else if (!makeFromIntegers(name)) {
      for (const written of producer.writes) made.add(written);
      write(producer);
    }
  }

  function makeSparse(name: string): void {
    const sparse = model.graph.sparseInitializer.find(({ values }) => values?.name === name);
    if (sparse === undefined) return;
    names.set(name, name);
    builder.storeSparse(sparse);
  }

  function makeFromIntegers(name: string): boolean {
    const described = facts.get(name);
    const dataType = integerDataType(described?.type ?? '');
    if (!described?.integers || dataType === undefined) return false;
    const { integers, dims } = described;
    if (isFixed(integers)) builder.store(integerTensor(nameOf(name), dims, integers.fixed, dataType));
    else makeFromRows(integers, dims, dataType, nameOf(name));
    return true;
  }

  /** `perRow * rows + fixed`, in int64, then converted to the required shape and type. */
  function makeFromRows(
    { fixed, perRow }: StaticIntegers,
    dims: readonly number[],
    dataType: TensorProto_DataType,
    output: string,
  ): void {
    const length = [perRow.length];
    const multiples = builder.apply('Mul', [rows(), builder.integers('ztw/perRow', length, perRow)]);
    const flat = builder.apply('Add', [multiples, builder.integers('ztw/fixed', length, fixed)]);
    const shaped = builder.apply('Reshape', [flat, builder.integers('ztw/dims', [dims.length], dims)]);
    builder.apply('Cast', [shaped], [castTo(dataType)], output);
  }

  /** The number of rows as int64 `[1]`, from the shape of the first input. */
  function rows(): string {
    if (rowCount === null) {
      const shape = builder.apply('Shape', [nameOf(segment.inputs[0]?.name ?? '')]);
      rowCount = builder.apply(
        'Gather',
        [shape, builder.integers('ztw/batchAxis', [1], [0])],
        [intAttribute('axis', 0)],
      );
    }
    return rowCount;
  }

  return { nameOf, write };
}

function castTo(dataType: TensorProto_DataType): AttributeProto {
  return intAttribute('to', dataType);
}

function writeShortcut(builder: GraphBuilder, shortcut: Shortcut, nameOf: (name: string) => string): void {
  const { last, input, inChannels, outChannels, channelOffset, strides } = shortcut;
  const identity = new Float32Array(outChannels * inChannels);
  for (let channel = 0; channel < inChannels; channel++) identity[(channel + channelOffset) * inChannels + channel] = 1;
  const weight = builder.floats(`${last.name}/identity`, [outChannels, inChannels, 1, 1], identity);
  builder.add(
    makeNode(
      'Conv',
      [nameOf(input), weight],
      [nameOf(last.writes[0] ?? '')],
      [intsAttribute('kernel_shape', [1, 1]), intsAttribute('strides', strides)],
    ),
  );
}
