import type { BundleTensor, HeadLayer } from '@ztw/core';
import { TensorProto_DataType } from 'onnx-buf';
import { intAttribute } from '../graph/build.ts';
import { createGraphBuilder, type GraphBuilder } from '../graph/graph-builder.ts';
import { lowerLayers } from '../lower/lower-layers.ts';
import { isNonNegative } from '../rewrite/is-non-negative.ts';
import type { Segment } from '../segment/segment.ts';
import { writeSegment } from '../segment/write-segment.ts';
import type { EmitOptions } from './emit-stage.ts';
import { cachedName, inputPorts, logitsName, outputPorts, portInfo, reservedNames } from './port-names.ts';
import { sourceFile } from './source-file.ts';

export interface EmitFeatureSegmentOptions extends EmitOptions {
  /** What tensors at cuts are stored as. The network's input and the logits are always float32. */
  readonly precision: 'float16' | 'float32';
}

/** A segment as an ONNX file that makes what training needs: the next cut, and what its IC is trained on. */
export interface FeatureSegmentModel {
  readonly bytes: Uint8Array;
  /** `input` (float32), or `features_0` and perhaps `features_1` in the chosen precision. */
  readonly inputs: readonly BundleTensor[];
  /** `next_0` and perhaps `next_1` in the chosen precision; none for the last segment. */
  readonly outputs: readonly BundleTensor[];
  /** `cached`, in the chosen precision: the first cut tensor after the prefix. Null for the last segment, and where it equals `next_0`. */
  readonly cached: BundleTensor | null;
  /** True where `next_0` is what the IC is trained on, so that nothing need be stored twice. */
  readonly cachedIsBoundary: boolean;
  /** `logits`, float32, for the last segment; null for all others. */
  readonly logits: string | null;
}

/**
 * Writes a segment for training.
 * @param prefix Parameter-free layers that are applied to the first cut tensor before it is cached; null or empty for none.
 * @throws InvalidModelError where the prefix does not fit the features.
 */
export function emitFeatureSegment(
  segment: Segment,
  prefix: readonly HeadLayer[] | null,
  options: EmitFeatureSegmentOptions,
): FeatureSegmentModel {
  const { analysis } = segment;
  const half = options.precision === 'float16';
  const inputs = inputPorts(segment);
  const outputs = outputPorts(segment);
  const builder = createGraphBuilder(analysis.opset, reservedNames);
  const names = new Map(
    segment.inputs.map(({ name }, position) => {
      const port = inputs[position]?.name ?? '';
      return [name, half && segment.index > 0 ? cast(builder, port, TensorProto_DataType.FLOAT) : port];
    }),
  );
  const nameOf = writeSegment(builder, segment, { names, rewrite: options.rewrite ?? true });
  const emit = (name: string, port: string): void => {
    if (half) cast(builder, name, TensorProto_DataType.FLOAT16, port);
    else builder.apply('Identity', [name], [], port);
  };
  for (const [position, { name }] of segment.outputs.entries()) emit(nameOf(name), outputs[position]?.name ?? '');
  const isLast = segment.outputs.length === 0;
  if (isLast) builder.apply('Identity', [nameOf(analysis.output.name)], [], logitsName);

  const layers = neededLayers(segment, prefix ?? []);
  const cached = layers.length > 0 ? writeCached(builder, segment, layers, nameOf) : null;
  if (cached !== null) emit(cached.name, cachedName);
  const cachedPort = cached && { name: cachedName, rowShape: cached.shape };

  const featureType = half ? TensorProto_DataType.FLOAT16 : TensorProto_DataType.FLOAT;
  const inputType = segment.index === 0 ? TensorProto_DataType.FLOAT : featureType;
  const features = [...outputs, ...(cachedPort === null ? [] : [cachedPort])];
  const logits = { name: logitsName, rowShape: [analysis.classes] };
  const bytes = builder.finish({
    ...sourceFile(analysis.source.model),
    name: segment.name,
    inputs: inputs.map((port) => portInfo(port, analysis.batch, inputType)),
    outputs: [
      ...features.map((port) => portInfo(port, analysis.batch, featureType)),
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

function cast(builder: GraphBuilder, name: string, to: TensorProto_DataType, output?: string): string {
  return builder.apply('Cast', [name], [intAttribute('to', to)], output);
}

/** The prefix without the layers that change nothing: ReLU on features that cannot be negative. */
function neededLayers({ outputs, analysis }: Segment, prefix: readonly HeadLayer[]): readonly HeadLayer[] {
  const [features] = outputs;
  if (features === undefined || prefix[0]?.kind !== 'relu') return features === undefined ? [] : prefix;
  const rest = prefix.slice(prefix.findIndex(({ kind }) => kind !== 'relu'));
  const onlyRelu = prefix.every(({ kind }) => kind === 'relu');
  if (!isNonNegative(analysis.source.view, features.name)) return prefix;
  return onlyRelu ? [] : rest;
}

function writeCached(
  builder: GraphBuilder,
  segment: Segment,
  layers: readonly HeadLayer[],
  nameOf: (name: string) => string,
): { readonly name: string; readonly shape: readonly number[] } {
  const [features] = segment.outputs;
  const value = { name: nameOf(features?.name ?? ''), shape: features?.rowShape ?? [] };
  return lowerLayers({ builder, parameters: {}, previousLogits: null }, layers, value);
}
