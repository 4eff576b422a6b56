// Option-A shortcuts of CIFAR ResNets (He et al. 2015): every second pixel of every second row, and zero channels.
// Exporters write them as Slice, Slice, Pad. One strided 1x1 convolution with an identity weight is
// faster and gives bit-identical results.

import type { TensorProto } from 'onnx-buf';
import type { AnalysisSource } from '../analysis/analyse-graph.ts';
import { isFixed } from '../analysis/tensor-facts.ts';
import type { GraphNode } from '../graph/graph-view.ts';
import { floatAttributeOf, intsAttributeOf, stringAttributeOf } from '../model/attributes.ts';
import { floatingValues, integerValues } from '../model/tensor.ts';
import type { Segment } from '../segment/segment.ts';

/** A sequence of nodes that one identity convolution can replace. It takes the place of the last node. */
export interface Shortcut {
  /** The Pad, whose output the convolution writes. */
  readonly last: GraphNode;
  /** The nodes to remove, including the last. */
  readonly nodes: readonly GraphNode[];
  readonly input: string;
  readonly inChannels: number;
  readonly outChannels: number;
  /** Zero channels before the copied ones. */
  readonly channelOffset: number;
  /** `[vertical, horizontal]` */
  readonly strides: readonly [number, number];
}

/** All shortcuts that are entirely within a segment. */
export function findShortcuts(segment: Segment): readonly Shortcut[] {
  return segment.nodes.flatMap((node) => (node.operator === 'Pad' ? (matchShortcut(segment, node) ?? []) : []));
}

function matchShortcut(segment: Segment, pad: GraphNode): Shortcut | null {
  const { source } = segment.analysis;
  const channels = channelPadding(source, pad);
  if (channels === null) return null;
  const nodes: GraphNode[] = [pad];
  const strides: [number, number] = [1, 1];
  let input = pad.proto.input[0] ?? '';
  for (let slice = onlySlice(segment, input); slice !== null; slice = onlySlice(segment, input)) {
    const steps = wholeSliceStrides(source, slice);
    if (steps === null) break;
    strides[0] *= steps[0];
    strides[1] *= steps[1];
    nodes.unshift(slice);
    input = slice.proto.input[0] ?? '';
  }
  const inputDims = source.facts.get(input)?.dims ?? [];
  const inChannels = inputDims[1];
  if (nodes.length < 2 || inputDims.length !== 4 || inChannels === undefined) return null;
  const outChannels = channels.before + inChannels + channels.after;
  return { last: pad, nodes, input, inChannels, outChannels, channelOffset: channels.before, strides };
}

/** The Slice that writes `name`, when it runs in this segment and only the next node of the sequence reads it. */
function onlySlice(segment: Segment, name: string): GraphNode | null {
  const { view, facts } = segment.analysis.source;
  const node = view.producers.get(name);
  if (node?.operator !== 'Slice' || !segment.nodes.includes(node)) return null;
  const dataReaders = (view.readers.get(name) ?? []).filter(({ writes }) =>
    writes.some((written) => facts.get(written)?.flow === 'data'),
  );
  const crosses = segment.outputs.some((output) => output.name === name);
  return dataReaders.length === 1 && !crosses ? node : null;
}

/** Integers of a constant operand, stored or derived. */
function fixedIntegers({ facts }: AnalysisSource, name: string | undefined): readonly number[] | null {
  const integers = name ? facts.get(name)?.integers : undefined;
  return integers && isFixed(integers) ? integers.fixed : null;
}

/** Stored integers, rounded where they exceed a safe integer: exporters write 2^63 - 1 for "to the end". */
function storedIntegers({ view }: AnalysisSource, name: string | undefined): readonly number[] | null {
  const stored = name === undefined ? undefined : storedTensor(view, name);
  return stored === undefined ? null : integerValues(stored);
}

function storedTensor(view: AnalysisSource['view'], name: string): TensorProto | undefined {
  return view.initialisers.get(name) ?? view.producers.get(name)?.proto.attribute[0]?.t;
}

/** Strides of a Slice over whole rows and columns, from the first pixel; null for any other Slice. */
function wholeSliceStrides(source: AnalysisSource, slice: GraphNode): readonly [number, number] | null {
  const [data, startsName, endsName, axesName, stepsName] = slice.proto.input;
  const dims = source.facts.get(data ?? '')?.dims ?? [];
  const starts = fixedIntegers(source, startsName);
  const ends = fixedIntegers(source, endsName) ?? storedIntegers(source, endsName);
  const axes = fixedIntegers(source, axesName);
  const steps = fixedIntegers(source, stepsName);
  if (dims.length !== 4 || starts === null || ends === null || axes === null || steps === null) return null;
  const strides: [number, number] = [1, 1];
  for (const [position, given] of axes.entries()) {
    const axis = given < 0 ? given + 4 : given;
    const size = dims[axis];
    const step = steps[position] ?? 0;
    const isWhole = size !== undefined && starts[position] === 0 && (ends[position] ?? 0) >= size && step >= 1;
    if (!isWhole || (axis !== 2 && axis !== 3)) return null;
    strides[axis - 2] = step;
  }
  return strides;
}

/** Zero channels that a Pad adds before and after; null when it pads anything else, or with anything but zeros. */
function channelPadding(source: AnalysisSource, pad: GraphNode): { before: number; after: number } | null {
  const { proto } = pad;
  const [, padsName, valueName, axesName] = proto.input;
  const pads = intsAttributeOf(proto, 'pads') ?? fixedIntegers(source, padsName);
  if (pads?.length !== 8 || axesName || stringAttributeOf(proto, 'mode', 'constant') !== 'constant') return null;
  if (!padsWithZero(source, pad, valueName)) return null;
  const [, before = 0, , , , after = 0] = pads;
  const others = pads.filter((_value, axis) => axis !== 1 && axis !== 5);
  return before >= 0 && after >= 0 && others.every((value) => value === 0) ? { before, after } : null;
}

function padsWithZero({ view }: AnalysisSource, pad: GraphNode, valueName: string | undefined): boolean {
  if (!valueName) return floatAttributeOf(pad.proto, 'value', 0) === 0;
  const stored = storedTensor(view, valueName);
  const values = stored === undefined ? null : floatingValues(stored);
  return values?.length === 1 && values[0] === 0;
}
