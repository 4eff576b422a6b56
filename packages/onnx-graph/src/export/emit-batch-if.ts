// One file for any number of rows: behind each exit, the remaining rows are gathered and run in the branch of an If.
// Their answers are then scattered over the answers of all rows at this exit.

import { create } from '@bufbuild/protobuf';
import type { BundleNetwork } from '@ztw/bundle';
import { UnsupportedModelError } from '@ztw/core';
import { TensorProto_DataType, TensorProtoSchema } from 'onnx-buf';
import { intAttribute, tensorAttribute } from '../graph/build.ts';
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
import { atMostOne, type ExitResult, writeExit } from './write-exit.ts';
import { writeIf } from './write-if.ts';
import { writePasses, writeScore } from './write-score.ts';
import { writeStage } from './write-stage.ts';

/** Names of the tensors that pass to the next stage. Each has one entry per remaining row, in the same order. */
interface Carried {
  readonly features: readonly string[];
  readonly previousLogits: string | null;
  readonly members: string | null;
  /** `[rows, exits - 1]`; null where there is only one exit. */
  readonly thresholds: string | null;
  /** Position of each row in the input, `[rows]`; null where it equals the row's index or no later network reads it. */
  readonly origin: string | null;
}

interface BatchFile {
  readonly stages: readonly ExportStage[];
  readonly options: SingleFileOptions;
}

/**
 * Writes a network with its exits as one ONNX file for any number of rows from 1 on. `SingleFileOptions` describes
 * inputs and outputs. Released rows are not run further, and no stage is run without rows.
 * @throws UnsupportedModelError for a network with a fixed batch, for operator sets that differ or are too old, and for
 *   too many exits; InvalidModelError for a stage model that is missing, damaged or not as described; InvalidInputError
 *   for an ensemble that does not fit.
 */
export function emitBatchIf(options: SingleFileOptions): Uint8Array {
  options.networks.forEach(requireDynamicBatch);
  const { stages, opset, source } = readStages(options);
  const builder = createGraphBuilder(opset, singleFileNames);
  const thresholds = writeThresholds(builder, stages.length - 1);
  const start = { features: [], previousLogits: null, members: null, thresholds, origin: null };
  writeFrom(builder, { stages, options }, 0, start, fileAnswer);
  return builder.finish({
    ...source,
    name: singleFileName(options.networks),
    inputs: inputPorts('rows', options.inputShape),
    outputs: answerPorts(fileAnswer, 'rows', options.classes),
    metadata: options.metadata ?? {},
  });
}

function requireDynamicBatch({ name, batch }: BundleNetwork): void {
  if (batch !== 'dynamic') {
    throw new UnsupportedModelError(
      `network '${name}' takes exactly ${batch} row(s) at a time, so rows cannot leave a batch; export it with a dynamic batch axis`,
      { expected: 'dynamic', received: batch, path: name },
    );
  }
}

/** Broadcasts the thresholds to one per row and exit but the last: `[rows, exits - 1]`. */
function writeThresholds(builder: GraphBuilder, exits: number): string | null {
  if (exits === 0) return null;
  const target = [countRows(builder, inputName), builder.integers('ztw/exits', [1], [exits])];
  return builder.apply('Expand', [thresholdName, builder.apply('Concat', target, [intAttribute('axis', 0)])]);
}

/** Number of rows of a tensor, int64 `[1]`. */
function countRows(builder: GraphBuilder, name: string): string {
  return gather(builder, builder.apply('Shape', [name]), builder.integers('ztw/batchAxis', [1], [0]));
}

function gather(builder: GraphBuilder, name: string, indices: string, axis = 0): string {
  return builder.apply('Gather', [name, indices], [intAttribute('axis', axis)]);
}

/** Writes a stage, its exit and all later stages. */
function writeFrom(builder: GraphBuilder, file: BatchFile, exitIndex: number, carried: Carried, answer: Answer): void {
  const { stages, options } = file;
  const stage = stages[exitIndex] as ExportStage;
  const features = stage.startsNetwork ? [startOf(builder, carried)] : carried.features;
  const result = writeStage(builder, stage, { features, previousLogits: carried.previousLogits });
  const exit = atMostOne(builder, writeExit(builder, options.ensemble, exitIndex, result.logits, carried.members));
  if (carried.thresholds === null || exitIndex === stages.length - 1) {
    builder.apply('Identity', [exit.probabilities], [], answer.probabilities);
    writeExitIndex(builder, result.logits, exitIndex, answer.exit);
    return;
  }
  const here = {
    probabilities: exit.probabilities,
    exit: writeExitIndex(builder, result.logits, exitIndex, builder.claim('ztw/exit')),
  };
  const kept = writeKept(builder, options, exit, carried.thresholds, exitIndex);
  const all = { ...carried, features: result.features, previousLogits: result.logits, members: exit.members };
  writeIf(builder, {
    condition: builder.apply('Greater', [countRows(builder, kept), builder.integers('ztw/none', [1], [0])]),
    whenTrue: (branch, names) => {
      const later = { probabilities: branch.claim('ztw/probabilities'), exit: branch.claim('ztw/exit') };
      writeFrom(branch, file, exitIndex + 1, keepRows(branch, all, kept, stages.slice(exitIndex + 1)), later);
      const targets = branch.apply('Reshape', [kept, branch.integers('ztw/column', [2], [-1, 1])]);
      branch.apply('ScatterND', [here.probabilities, targets, later.probabilities], [], names.probabilities);
      branch.apply('ScatterND', [here.exit, targets, later.exit], [], names.exit);
    },
    whenFalse: (branch, names) => {
      branch.apply('Identity', [here.probabilities], [], names.probabilities);
      branch.apply('Identity', [here.exit], [], names.exit);
    },
    answer,
    rows: `rows_${exitIndex}`,
    classes: options.classes,
  });
}

/** The original input of the remaining rows. */
function startOf(builder: GraphBuilder, { origin }: Carried): string {
  return origin === null ? inputName : gather(builder, inputName, origin);
}

/** One exit index for each row of `like`, int64 `[rows]`. */
function writeExitIndex(builder: GraphBuilder, like: string, exitIndex: number, output: string): string {
  const value = create(TensorProtoSchema, {
    dims: [1n],
    dataType: TensorProto_DataType.INT64,
    int64Data: [BigInt(exitIndex)],
  });
  return builder.apply('ConstantOfShape', [countRows(builder, like)], [tensorAttribute('value', value)], output);
}

/** Positions of the remaining rows, ascending, int64 `[kept]`. */
function writeKept(
  builder: GraphBuilder,
  { score = defaultScore, classes }: SingleFileOptions,
  exit: ExitResult,
  thresholds: string,
  exitIndex: number,
): string {
  const scores = writeScore(builder, score, exit.probabilities, classes);
  const threshold = gather(builder, thresholds, builder.integers('ztw/exitIndex', [], [exitIndex]), 1);
  const stays = builder.apply('Not', [writePasses(builder, score, scores, threshold)]);
  const positions = builder.apply('NonZero', [stays]); // [1, kept]
  return builder.apply('Reshape', [positions, builder.integers('ztw/flat', [1], [-1])]);
}

/** Gathers the remaining rows of all tensors that later stages read. */
function keepRows(builder: GraphBuilder, all: Carried, kept: string, ahead: readonly ExportStage[]): Carried {
  const keep = (name: string | null): string | null => (name === null ? null : gather(builder, name, kept));
  const [next] = ahead;
  const wantsInput = ahead.some(({ startsNetwork }) => startsNetwork);
  return {
    features: next?.startsNetwork === true ? [] : all.features.map((name) => gather(builder, name, kept)),
    previousLogits: next?.description.previousLogits == null ? null : keep(all.previousLogits),
    members: keep(all.members),
    thresholds: ahead.length > 1 ? keep(all.thresholds) : null,
    origin: wantsInput ? (keep(all.origin) ?? kept) : null,
  };
}
