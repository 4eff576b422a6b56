// One file that runs all stages on all rows and returns the logits of all exits. It has no decisions between stages.
// It serves evaluation and calibration in other tools, and is the baseline for the cost of deciding and skipping.

import { InvalidInputError } from '@ztw/core';
import { valueInfo } from '../graph/build.ts';
import { createGraphBuilder } from '../graph/graph-builder.ts';
import { readStages } from './read-stages.ts';
import type { SingleFileOptions } from './single-file-options.ts';
import { inputName, singleFileName } from './single-file-ports.ts';
import { type StageResult, writeStage } from './write-stage.ts';

/** Name of the output with the logits of an exit. */
export function exitLogitsName(exitIndex: number): string {
  return `logits_${exitIndex}`;
}

/**
 * Writes all stages as one ONNX file without any `If`. It takes `input`, float32 `[rows, ...inputShape]`, and returns
 * `logits_0`, `logits_1`, ..., float32 `[rows, classes]`: the logits of each exit before the ensemble.
 * @throws as `emitBatchIf`; InvalidInputError for networks with different fixed batches.
 */
export function emitAllExits(options: Omit<SingleFileOptions, 'ensemble'>): Uint8Array {
  const { stages, opset, source } = readStages(options);
  const logits = stages.map(({ exitIndex }) => exitLogitsName(exitIndex));
  const builder = createGraphBuilder(opset, [inputName, ...logits]);
  let before: StageResult | null = null;
  for (const stage of stages) {
    before = writeStage(builder, stage, {
      features: stage.startsNetwork ? [inputName] : (before?.features ?? []),
      previousLogits: before?.logits ?? null,
    });
    builder.apply('Identity', [before.logits], [], exitLogitsName(stage.exitIndex));
  }
  const rows = commonBatch(options);
  return builder.finish({
    ...source,
    name: singleFileName(options.networks),
    inputs: [valueInfo(inputName, [rows, ...options.inputShape])],
    outputs: logits.map((name) => valueInfo(name, [rows, options.classes])),
    metadata: options.metadata ?? {},
  });
}

function commonBatch({ networks }: Pick<SingleFileOptions, 'networks'>): 'rows' | number {
  const batches = [...new Set(networks.map(({ batch }) => batch))].filter((batch) => batch !== 'dynamic');
  if (batches.length <= 1) return batches[0] ?? 'rows';
  throw new InvalidInputError(
    `Expected networks that take the same number of rows; received fixed batches of ${batches.join(' and ')}. Export them with a dynamic batch axis.`,
    { expected: 'one number of rows', received: batches },
  );
}
