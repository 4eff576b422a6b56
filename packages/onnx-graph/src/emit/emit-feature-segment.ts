import type { BundleTensor } from '@ztw/bundle';
import { type HeadLayer, writeLayers } from '@ztw/heads';
import { TensorProto_DataType } from 'onnx-buf';
import { intAttribute } from '../graph/build.ts';
import { createGraphBuilder, type GraphBuilder } from '../graph/graph-builder.ts';
import { graphLayerWriter } from '../lower/graph-layer-writer.ts';
import type { Value } from '../lower/value.ts';
import { withoutLeadingRelu } from '../lower/without-leading-relu.ts';
import { isNonNegative } from '../rewrite/is-non-negative.ts';
import type { Segment } from '../segment/segment.ts';
import { writeSegment } from '../segment/write-segment.ts';
import type { EmitOptions } from './emit-stage.ts';
import { cachedName, inputPorts, logitsName, outputPorts, pairNames, portInfo, reservedNames } from './port-names.ts';
import { sourceFile } from './source-file.ts';

const { FLOAT } = TensorProto_DataType;

export interface EmitFeatureSegmentOptions extends EmitOptions {
  /** Type of the tensors at cuts. The network's input and the logits are always float32. */
  readonly precision: 'float16' | 'float32';
}

/** A segment as an ONNX file for training. It returns the next cut and the features of its internal classifier. */
export interface FeatureSegmentModel {
  readonly bytes: Uint8Array;
  /** `input` (float32), or `features_0` and optionally `features_1` in the chosen precision. */
  readonly inputs: readonly BundleTensor[];
  /** `next_0` and optionally `next_1` in the chosen precision; empty for the last segment. */
  readonly outputs: readonly BundleTensor[];
  /**
   * `cached`, in the chosen precision: the first cut tensor after the prefix.
   * Null for the last segment, and where it equals `next_0`.
   */
  readonly cached: BundleTensor | null;
  /** Whether the internal classifier is trained on `next_0` itself, so that the cache need not store it twice. */
  readonly cachedIsBoundary: boolean;
  /** `logits`, float32, for the last segment; null for all others. */
  readonly logits: string | null;
}

/**
 * Writes a segment for training. In float16, features beyond 65504 become infinite.
 * @param prefix Parameter-free layers to apply to the first cut tensor before caching; null or empty for none.
 * @throws InvalidModelError when the prefix does not fit the features.
 */
export function emitFeatureSegment(
  segment: Segment,
  prefix: readonly HeadLayer[] | null,
  options: EmitFeatureSegmentOptions,
): FeatureSegmentModel {
  const { analysis } = segment;
  const stored = options.precision === 'float16' ? TensorProto_DataType.FLOAT16 : TensorProto_DataType.FLOAT;
  const received = segment.index === 0 ? TensorProto_DataType.FLOAT : stored;
  const builder = createGraphBuilder(analysis.opset, reservedNames);
  const inputs = inputPorts(segment);
  const names = new Map(
    [...pairNames(segment.inputs, inputs)].map(([name, port]) => [name, convert(builder, port, received, FLOAT)]),
  );
  const nameOf = writeSegment(builder, segment, { names, rewrite: options.rewrite ?? true });

  const outputs = outputPorts(segment);
  for (const [name, port] of pairNames(segment.outputs, outputs)) convert(builder, nameOf(name), FLOAT, stored, port);
  const cached = writeCached(builder, segment, prefix ?? [], nameOf);
  if (cached !== null) convert(builder, cached.name, FLOAT, stored, cachedName);
  const isLast = segment.outputs.length === 0;
  if (isLast) convert(builder, nameOf(analysis.output.name), FLOAT, FLOAT, logitsName);

  const cachedPort = cached && { name: cachedName, rowShape: cached.shape };
  const features = [...outputs, ...(cachedPort === null ? [] : [cachedPort])];
  const logits = { name: logitsName, rowShape: [analysis.classes] };
  const bytes = builder.finish({
    ...sourceFile(analysis.source.model),
    name: segment.name,
    inputs: inputs.map((port) => portInfo(port, analysis.batch, received)),
    outputs: [
      ...features.map((port) => portInfo(port, analysis.batch, stored)),
      ...(isLast ? [portInfo(logits, analysis.batch)] : []),
    ],
  });
  return {
    bytes,
    inputs,
    outputs,
    cached: cachedPort,
    cachedIsBoundary: !isLast && cachedPort === null,
    logits: isLast ? logitsName : null,
  };
}

/** Converts a tensor to another type and, where given, to the name `output`. @returns the name. */
function convert(
  builder: GraphBuilder,
  name: string,
  from: TensorProto_DataType,
  to: TensorProto_DataType,
  output?: string,
): string {
  if (from !== to) return builder.apply('Cast', [name], [intAttribute('to', to)], output);
  return output === undefined ? name : builder.apply('Identity', [name], [], output);
}

/** The tensor to cache instead of the first cut tensor; null where that is cached itself or there is no cut. */
function writeCached(
  builder: GraphBuilder,
  segment: Segment,
  prefix: readonly HeadLayer[],
  nameOf: (name: string) => string,
): Value | null {
  const [features] = segment.outputs;
  if (features === undefined) return null;
  const needed = isNonNegative(segment.analysis.source.view, features.name) ? withoutLeadingRelu(prefix) : prefix;
  if (needed.length === 0) return null;
  const value = { name: nameOf(features.name), shape: features.rowShape };
  return writeLayers(graphLayerWriter(builder, null), needed, {}, value);
}
