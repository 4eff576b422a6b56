// One file for one row at a time. The stages after an exit and their weights are in a branch of an If.
// The branch runs only if the exit does not release the row.

import type { BundleNetwork } from '@ztw/bundle';
import { UnsupportedModelError } from '@ztw/core';
import { intAttribute, makeNode } from '../graph/build.ts';
import { createGraphBuilder, type GraphBuilder } from '../graph/graph-builder.ts';
import { type ExportStage, readStages } from './read-stages.ts';
import { defaultScore, type SingleFileOptions } from './single-file-options.ts';
import {
  type Answer,
  answerPorts,
  fileAnswer,
  inputName,
  inputPorts,
  singleFileName,
  singleFileNames,
  thresholdName,
} from './single-file-ports.ts';
import { unreachableOne } from './thresholds.ts';
import { atMostOne, type ExitResult, writeExit } from './write-exit.ts';
import { writeIf } from './write-if.ts';
import { writePasses, writeScore } from './write-score.ts';
import { writeStage } from './write-stage.ts';

/** First opset in which a Split must name its number of parts. */
const splitCountOpset = 18;

/** Names of the tensors, of one row, that pass from an exit to the next stage. */
interface Carried {
  readonly features: readonly string[];
  readonly previousLogits: string | null;
  readonly members: string | null;
}

/** Values that all stages of the file share. */
interface NestedFile {
  readonly stages: readonly ExportStage[];
  readonly options: SingleFileOptions;
  /** Names of tensors with one value, one for each exit but the last. */
  readonly thresholds: readonly string[];
}

/**
 * Writes a network with its exits as one ONNX file for one row. `SingleFileOptions` describes inputs and outputs.
 * The stages after the exit that releases the row are not run.
 * @throws UnsupportedModelError for a network that does not take single rows, for operator sets that differ or are too
 *   old, and for too many exits; InvalidModelError for a stage model that is missing, damaged or not as described;
 *   InvalidInputError for an ensemble that does not fit.
 */
export function emitNestedIf(options: SingleFileOptions): Uint8Array {
  options.networks.forEach(requireSingleRows);
  const { stages, opset, source } = readStages(options);
  const builder = createGraphBuilder(opset, singleFileNames);
  const file = { stages, options, thresholds: writeThresholds(builder, options, stages.length - 1) };
  writeFrom(builder, file, 0, { features: [], previousLogits: null, members: null }, fileAnswer);
  return builder.finish({
    ...source,
    name: singleFileName(options.networks),
    inputs: inputPorts(1, options.inputShape),
    outputs: answerPorts(fileAnswer, 1, options.classes),
    metadata: options.metadata ?? {},
  });
}

function requireSingleRows({ name, batch }: BundleNetwork): void {
  if (batch !== 'dynamic' && batch !== 1) {
    throw new UnsupportedModelError(
      `network '${name}' takes ${batch} rows at a time, not one; export it with a dynamic batch axis`,
      { expected: 1, received: batch, path: name },
    );
  }
}

/** One threshold per exit but the last, broadcast from the input, each `[1, 1]`. */
function writeThresholds(
  builder: GraphBuilder,
  { score = defaultScore }: SingleFileOptions,
  exits: number,
): readonly string[] {
  if (exits === 0) return [];
  const shape = builder.integers('ztw/exits', [2], [1, exits]);
  const limits = score === 'largest-probability' ? unreachableOne(builder, thresholdName) : thresholdName;
  const all = builder.apply('Expand', [limits, shape]);
  if (exits === 1) return [all];
  const each = Array.from({ length: exits }, (_, exit) => builder.claim(`ztw/threshold_${exit}`));
  const count = builder.opset >= splitCountOpset ? [intAttribute('num_outputs', exits)] : [];
  builder.add(makeNode('Split', [all], each, [intAttribute('axis', 1), ...count]));
  return each;
}

/** Writes a stage, its exit and all later stages. */
function writeFrom(builder: GraphBuilder, file: NestedFile, exitIndex: number, carried: Carried, answer: Answer): void {
  const { stages, options, thresholds } = file;
  const stage = stages[exitIndex] as ExportStage;
  const features = stage.startsNetwork ? [inputName] : carried.features;
  const result = writeStage(builder, stage, { features, previousLogits: carried.previousLogits });
  const exit = writeExit(builder, options.ensemble, exitIndex, result.logits, carried.members);
  const writeAnswer = (graph: GraphBuilder, names: Answer): void => {
    graph.apply('Identity', [atMostOne(graph, exit).probabilities], [], names.probabilities);
    graph.apply('Identity', [graph.integers('ztw/exitIndex', [1], [exitIndex])], [], names.exit);
  };
  const threshold = thresholds[exitIndex];
  if (threshold === undefined) {
    writeAnswer(builder, answer);
    return;
  }
  const next = { features: result.features, previousLogits: result.logits, members: exit.members };
  writeIf(builder, {
    condition: writeLeaves(builder, options, exit, threshold),
    whenTrue: writeAnswer,
    whenFalse: (branch, names) => writeFrom(branch, file, exitIndex + 1, next, names),
    answer,
    rows: 1,
    classes: options.classes,
  });
}

/** Whether the exit releases the row: a bool tensor with one element. */
function writeLeaves(
  builder: GraphBuilder,
  { score = defaultScore, classes }: SingleFileOptions,
  exit: ExitResult,
  threshold: string,
): string {
  // Thresholds of 1 and more are unreachable, so the largest probability needs no cap. One row needs no axis.
  const scores =
    score === 'largest-probability'
      ? builder.apply('ReduceMax', [exit.probabilities])
      : writeScore(builder, score, atMostOne(builder, exit).probabilities, classes);
  return writePasses(builder, score, scores, threshold);
}
