// Which range of pixel values a network expects, as far as its file says so: by its metadata, or because it normalises
// its input itself. Most networks say nothing.

import { TensorProto_DataType } from 'onnx-buf';
import type { GraphNode, GraphView } from '../graph/graph-view.ts';
import { floatAttributeOf } from '../model/attributes.ts';
import { floatingValues } from '../model/tensor.ts';
import type { GraphAnalysis } from './analyse-graph.ts';

/** `unit`: 0 to 1; `signed`: -1 to 1; `bytes`: 0 to 255. */
export type PixelRange = 'unit' | 'signed' | 'bytes';

export interface ExpectedPixels {
  readonly range: PixelRange;
  /** What in the file says so, for messages. */
  readonly evidence: string;
}

/** Values of `Image.NominalPixelRange`, an entry of the ONNX specification (docs/MetadataProps.md). */
const nominalRanges: ReadonlyMap<string, PixelRange> = new Map([
  ['NominalRange_0_255', 'bytes'],
  ['Normalized_0_1', 'unit'],
  ['Normalized_1_1', 'signed'],
]);

/**
 * The pixel range that the network's file speaks for.
 * @returns null where it says nothing, or nothing that fits one range.
 *
 * @example
 * expectedPixels(analysis); // { range: 'bytes', evidence: "its first nodes subtract 127.5 and divide by 127.5" }
 */
export function expectedPixels({ input, source }: Pick<GraphAnalysis, 'input' | 'source'>): ExpectedPixels | null {
  const nominal = source.model.proto.metadataProps.find(({ key }) => key === 'Image.NominalPixelRange')?.value ?? '';
  const declared = nominalRanges.get(nominal);
  if (declared !== undefined) return { range: declared, evidence: `its metadata say ${nominal}` };
  const own = ownNormalisation(source.view, input.name);
  if (own === null) return null;
  const range = rangeOf(own);
  if (range === null) return null;
  const [mean, deviation] = [own.mean, own.deviation].map(numbersText);
  return { range, evidence: `its first nodes subtract ${mean} and divide by ${deviation}` };
}

/** The network computes `(x - mean) / deviation` first; one number, or one per channel. */
interface OwnNormalisation {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Follows the input through elementwise nodes with constants up to the first other node. */
function ownNormalisation(view: GraphView, input: string): OwnNormalisation | null {
  let name = input;
  let found: OwnNormalisation | null = null;
  for (;;) {
    const [node, ...others] = view.readers.get(name) ?? [];
    if (node === undefined || others.length > 0) return found;
    if (!passesThrough.has(node.operator)) {
      const next = applied(found ?? { mean: [0], deviation: [1] }, node, name, view);
      if (next === null) return found;
      found = next;
      // Its shift and scale are learned; its statistics are those of the pixels.
      if (node.operator === 'BatchNormalization') return found;
    }
    name = node.proto.output[0] ?? '';
  }
}

const passesThrough: ReadonlySet<string> = new Set(['Identity', 'Cast', 'Transpose', 'Dropout']);

/** The normalisation with one more node; null for a node that is no part of one. */
function applied(
  { mean, deviation }: OwnNormalisation,
  node: GraphNode,
  data: string,
  view: GraphView,
): OwnNormalisation | null {
  const [first = '', second = ''] = node.proto.input;
  if (node.operator === 'BatchNormalization') {
    const [means, variances] = node.proto.input.slice(3).map((name) => constantOf(view, name));
    if (means == null || variances == null) return null;
    const epsilon = floatAttributeOf(node.proto, 'epsilon', 1e-5);
    const deviations = variances.map((variance) => Math.sqrt(variance + epsilon));
    return normalised({ mean, deviation }, means, deviations);
  }
  const constant = constantOf(view, first === data ? second : first);
  if (constant === null) return null;
  const isFirst = first === data;
  if (node.operator === 'Sub' && isFirst) return normalised({ mean, deviation }, constant, [1]);
  if (node.operator === 'Add')
    return normalised(
      { mean, deviation },
      constant.map((value) => -value),
      [1],
    );
  if (node.operator === 'Div' && isFirst) return normalised({ mean, deviation }, [0], constant);
  if (node.operator === 'Mul')
    return normalised(
      { mean, deviation },
      [0],
      constant.map((value) => 1 / value),
    );
  return null;
}

/** `((x - mean) / deviation - furtherMean) / furtherDeviation` as one normalisation; null if the channels do not fit. */
function normalised(
  { mean, deviation }: OwnNormalisation,
  furtherMean: readonly number[],
  furtherDeviation: readonly number[],
): OwnNormalisation | null {
  const lists = [mean, deviation, furtherMean, furtherDeviation];
  const channels = Math.max(...lists.map(({ length }) => length));
  if (lists.some(({ length }) => length !== 1 && length !== channels)) return null;
  const at = (list: readonly number[], channel: number): number => list[list.length === 1 ? 0 : channel] as number;
  const each = Array.from({ length: channels }, (_, channel) => channel);
  return {
    mean: each.map((channel) => at(mean, channel) + at(furtherMean, channel) * at(deviation, channel)),
    deviation: each.map((channel) => at(deviation, channel) * at(furtherDeviation, channel)),
  };
}

/** A constant for every channel, or for all; longer ones are no normalisation. */
const mostChannels = 4;

function constantOf(view: GraphView, name: string): readonly number[] | null {
  const producer = view.producers.get(name);
  const stored = producer?.operator === 'Constant' ? producer.proto.attribute[0]?.t : view.initialisers.get(name);
  if (stored === undefined || !readableTypes.has(stored.dataType)) return null;
  const values = floatingValues(stored);
  return values === null || values.length === 0 || values.length > mostChannels ? null : Array.from(values);
}

/** `floatingValues` gives bit patterns for the others. */
const readableTypes: ReadonlySet<number> = new Set([TensorProto_DataType.FLOAT, TensorProto_DataType.DOUBLE]);

/**
 * Mean and deviation of pixels from 0 to 1 are at most 1; of pixels from 0 to 255, a deviation is well above. Statistics
 * of pixels that are standardised already (0 and 1) say nothing.
 */
function rangeOf({ mean, deviation }: OwnNormalisation): PixelRange | null {
  const within = (values: readonly number[], low: number, high: number): boolean =>
    values.every((value) => value >= low && value <= high);
  if (within(mean, 0, 255) && within(deviation, 5, 255)) return 'bytes';
  const isCentred = mean.some((value) => value > 0.05);
  return isCentred && within(mean, 0, 1) && within(deviation, 0.02, 1) ? 'unit' : null;
}

function numbersText(values: readonly number[]): string {
  return values.map((value) => Number(value.toPrecision(4))).join(', ');
}
