// The base of the runtimes in this folder: plain rows on the host, computed by functions.

import type { InputSpecification, InputTensor, NamedInputBatch } from '../contract/input.ts';
import type { StageDescription } from '../contract/staged-model.ts';
import { inputTypes } from '../input/input-types.ts';
import { joinRows, rowSize, takeRows } from '../numeric/rows.ts';
import { createStagedModel } from '../runtime/create-staged-model.ts';
import type { RuntimeModel } from '../runtime/staged-model-adapter.ts';

/** What one stage computes. */
export interface HostStageOutput {
  /** For the next stage; null after the last one. */
  readonly tensors: readonly InputTensor[] | null;
  /** `[rows, classes]` */
  readonly logits: Float32Array;
}

/** A stage as a description and a function of its rows. */
export interface HostStage {
  readonly description: StageDescription;
  /** @param tensors The network's inputs in their order for the first stage, else the tensors of the stage before. */
  run(tensors: readonly InputTensor[], rows: number, previousLogits: Float32Array | null): HostStageOutput;
}

export interface HostModelOptions {
  readonly name: string;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  readonly inputs: readonly InputSpecification[];
  readonly backboneMacs: number;
  readonly stages: readonly HostStage[];
}

/** Makes a staged model of functions over host arrays. */
export function hostModel({ stages, ...description }: HostModelOptions): RuntimeModel {
  return createStagedModel<readonly InputTensor[]>({
    ...description,
    supports: { parallelRuns: true, featureMemory: 'host', inputTypes },
    stages: stages.map((stage) => stage.description),
    upload: (input: NamedInputBatch) =>
      description.inputs.map(({ name }) => {
        const { data, rowShape } = input.inputs[name] as InputTensor;
        return { data: data.slice(), rowShape };
      }),
    run: async (stageIndex, tensors, previousLogits, rows) =>
      (stages[stageIndex] as HostStage).run(tensors, rows, previousLogits),
    keep: (tensors, kept) =>
      tensors.map(({ data, rowShape }) => ({ data: takeRows(data, rowSize(rowShape), kept), rowShape })),
    concat: (parts) =>
      (parts[0]?.tensors ?? []).map(({ rowShape }, position) => {
        return { data: joinRows(parts.map(({ tensors }) => (tensors[position] as InputTensor).data)), rowShape };
      }),
    dispose: async () => undefined,
  });
}
