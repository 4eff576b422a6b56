// A staged model on ONNX Runtime: one session per stage, with rows as host arrays in between.

import type { InputSpecification, InputTensor, StageDescription, StagedModelSupport } from '@ztw/core';
import { createStagedModel, inputTypes, type RuntimeModel } from '@ztw/core/runtime';
import { BufferPool } from '../rows/buffer-pool.ts';
import type { RowGraph } from '../rows/row-graph.ts';
import { keepOnnxRows, type OnnxRows, readRows, rowsOf } from './onnx-rows.ts';

/** A stage. Its graph returns the feature tensors of the next cut, then the logits. */
export interface OnnxStage {
  readonly description: StageDescription;
  /** Rows that need a graph that has not arrived wait for it. */
  readonly graph: Promise<RowGraph>;
}

export interface OnnxStagedModelContent {
  readonly name: string;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  readonly inputs: readonly InputSpecification[];
  readonly backboneMacs: number;
  readonly stages: readonly OnnxStage[];
}

/** What every model on ONNX Runtime can do. */
export const onnxSupport: StagedModelSupport = {
  parallelRuns: true,
  featureMemory: 'host',
  concatRows: true,
  inputTypes,
};

/** Makes a staged model of stages. Rows need no `free`: the garbage collector takes them. */
export function onnxStagedModel({ stages, ...description }: OnnxStagedModelContent): RuntimeModel {
  const pool = new BufferPool();
  return createStagedModel<OnnxRows>({
    ...description,
    stages: stages.map((stage) => stage.description),
    supports: onnxSupport,

    upload: ({ rows, inputs }) =>
      rowsOf(
        description.inputs.map(({ name }) => {
          const { data, rowShape } = inputs[name] as InputTensor;
          return { data: data.slice(), rowShape };
        }),
        rows,
      ),

    async run(stageIndex, parts, previousLogits, rows) {
      const graph = await (stages[stageIndex] as OnnxStage).graph;
      const { tensors, borrowed } = readRows(parts, rows, pool);
      const previous = previousLogits === null ? [] : [{ data: previousLogits, rowShape: [description.classes] }];
      const outputs = await graph.run([...tensors, ...previous], rows);
      for (const buffer of borrowed) pool.give(buffer);
      const logits = outputs.pop()?.data as Float32Array;
      return { tensors: stageIndex === stages.length - 1 ? null : rowsOf(outputs, rows), logits };
    },

    keep: keepOnnxRows,

    concat: (parts) => {
      const [first, ...others] = parts.map(({ tensors }) => tensors) as [OnnxRows, ...OnnxRows[]];
      return [...first, ...others.flat()];
    },

    async dispose() {
      for (const outcome of await Promise.allSettled(stages.map(({ graph }) => graph))) {
        if (outcome.status === 'fulfilled') await outcome.value.release();
      }
    },
  });
}
