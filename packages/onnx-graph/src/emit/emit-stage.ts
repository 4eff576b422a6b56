import type { BundleTensor } from '@ztw/bundle';
import { InvalidInputError } from '@ztw/core';
import { type Head, hasCascade } from '@ztw/heads';
import { createGraphBuilder, type GraphBuilder } from '../graph/graph-builder.ts';
import { lowerHead } from '../lower/lower-head.ts';
import type { OnnxModel } from '../model/onnx-model.ts';
import { writeModel } from '../model/write-model.ts';
import { isNonNegative } from '../rewrite/is-non-negative.ts';
import type { Segment } from '../segment/segment.ts';
import { writeSegment } from '../segment/write-segment.ts';
import {
  inputPorts,
  logitsName,
  outputPorts,
  pairNames,
  portInfo,
  previousLogitsName,
  reservedNames,
} from './port-names.ts';
import { sourceFile } from './source-file.ts';

export interface EmitOptions {
  /** Whether to replace slow patterns by faster ones with the same results. Default: true. */
  readonly rewrite?: boolean;
}

/** Names and shapes of the inputs and outputs of a stage. */
interface StageSignature {
  /** `input`, or `features_0` and optionally `features_1`. */
  readonly inputs: readonly BundleTensor[];
  /** `previous_logits`, `[rows, classes]`; null where the head has no cascade. */
  readonly previousLogits: string | null;
  /** `next_0` and optionally `next_1`; empty for the last segment. */
  readonly outputs: readonly BundleTensor[];
  /** `logits`, `[rows, classes]`. */
  readonly logits: string;
}

/** One stage as an ONNX file. */
export interface StageModel extends StageSignature {
  readonly bytes: Uint8Array;
}

/** One stage as a graph in memory. */
export interface StageGraph extends StageSignature {
  readonly model: OnnxModel;
}

/**
 * Writes a segment and the classifier after it as one ONNX file, in the network's own opset.
 * The head reads the first tensor of the cut.
 * @param head Head of the internal classifier; null for the last segment, which ends in the network's own classifier.
 * @throws InvalidInputError for a missing head, a head on the last segment, or a head for other features or classes;
 *   InvalidModelError for a head whose layers or parameters do not fit together.
 */
export function emitStage(segment: Segment, head: Head | null, options: EmitOptions = {}): StageModel {
  const { model, ...ports } = buildStage(segment, head, options);
  return { bytes: writeModel(model), ...ports };
}

/** As `emitStage`, but without encoding the file. */
export function buildStage(segment: Segment, head: Head | null, options: EmitOptions): StageGraph {
  checkHead(segment, head);
  const { analysis } = segment;
  const inputs = inputPorts(segment);
  const outputs = outputPorts(segment);
  const builder = createGraphBuilder(analysis.opset, reservedNames);
  writeStageNodes(builder, segment, options.rewrite ?? true);
  const cascades = head !== null && hasCascade(head.specification);
  if (head !== null) {
    const nonNegative = isNonNegative(analysis.source.view, segment.outputs[0]?.name ?? '');
    lowerHead(builder, head, outputs[0]?.name ?? '', cascades ? previousLogitsName : null, logitsName, nonNegative);
  }
  const classes = { name: logitsName, rowShape: [analysis.classes] };
  const previous = cascades ? [{ ...classes, name: previousLogitsName }] : [];
  const model = builder.model({
    ...sourceFile(analysis.source.model),
    name: segment.name,
    inputs: [...inputs, ...previous].map((port) => portInfo(port, analysis.batch)),
    outputs: [...outputs, classes].map((port) => portInfo(port, analysis.batch)),
  });
  return { model, inputs, previousLogits: cascades ? previousLogitsName : null, outputs, logits: logitsName };
}

function checkHead({ outputs, name, analysis }: Segment, head: Head | null): void {
  const [features] = outputs;
  if (features === undefined) {
    if (head === null) return;
    throw new InvalidInputError('the last segment ends in the network’s own classifier; it takes no head', {
      expected: 'no head',
      received: 'a head',
      path: name,
    });
  }
  if (head === null) {
    throw new InvalidInputError(`the segment up to cut '${name}' needs a head; received none`, {
      expected: 'a head',
      received: null,
      path: name,
    });
  }
  const { inputShape, classes } = head.specification;
  if (inputShape.join() !== features.rowShape.join()) {
    throw new InvalidInputError(
      `the head at cut '${name}' must read rows of shape [${features.rowShape.join(', ')}], but is made for [${inputShape.join(', ')}]`,
      { expected: features.rowShape, received: inputShape, path: name },
    );
  }
  if (classes !== analysis.classes) {
    throw new InvalidInputError(`the head at cut '${name}' has ${classes} classes, the network ${analysis.classes}`, {
      expected: analysis.classes,
      received: classes,
      path: name,
    });
  }
}

/** Writes the segment under the shared names of inputs and outputs. */
function writeStageNodes(builder: GraphBuilder, segment: Segment, rewrite: boolean): void {
  const { inputs, outputs, analysis } = segment;
  const incoming = pairNames(inputs, inputPorts(segment));
  const outgoing =
    outputs.length > 0 ? pairNames(outputs, outputPorts(segment)) : ([[analysis.output.name, logitsName]] as const);
  const nameOf = writeSegment(builder, segment, { names: new Map([...outgoing, ...incoming]), rewrite });
  for (const [name, port] of outgoing) {
    // The tensor passes unchanged, but a node must write each output.
    if (incoming.has(name)) builder.apply('Identity', [nameOf(name)], [], port);
  }
}
