// Copies the graph of a stage model into a larger graph under new, unique names.

import { create } from '@bufbuild/protobuf';
import { InvalidModelError } from '@ztw/core';
import { SparseTensorProtoSchema } from 'onnx-buf';
import { renameNode } from '../graph/captures.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { renameTensor } from '../model/tensor.ts';
import type { ExportStage } from './read-stages.ts';

/** Names of the inputs of a stage in the larger graph. */
export interface StageInputs {
  /** In the order of the stage's inputs. */
  readonly features: readonly string[];
  /** `[rows, classes]` of the exit before; null before the first. */
  readonly previousLogits: string | null;
}

/** Names of the outputs of a stage in the larger graph. */
export interface StageResult {
  /** Tensors of the next cut. */
  readonly features: readonly string[];
  /** `[rows, classes]` */
  readonly logits: string;
}

/** @throws InvalidModelError when the stage does not read exactly the tensors of the stage before. */
export function writeStage(builder: GraphBuilder, stage: ExportStage, given: StageInputs): StageResult {
  const { description, model, exitIndex } = stage;
  const names = portNames(stage, given);
  const nameOf = (name: string): string => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const claimed = builder.claim(`stage_${exitIndex}/${name}`);
    names.set(name, claimed);
    return claimed;
  };
  for (const tensor of model.graph.initializer) builder.store(renameTensor(tensor, nameOf(tensor.name)));
  for (const sparse of model.graph.sparseInitializer) {
    const { values } = sparse;
    if (values === undefined) continue;
    builder.storeSparse(
      create(SparseTensorProtoSchema, { ...sparse, values: renameTensor(values, nameOf(values.name)) }),
    );
  }
  for (const node of model.graph.node) builder.add(renameNode(node, nameOf));
  return { features: description.outputs.map(({ name }) => nameOf(name)), logits: nameOf(description.logits) };
}

function portNames({ description }: ExportStage, given: StageInputs): Map<string, string> {
  const { name, inputs, previousLogits } = description;
  if (inputs.length !== given.features.length) {
    throw new InvalidModelError(
      `stage '${name}' reads ${inputs.length} feature tensor(s), but the stage before returns ${given.features.length}`,
      { expected: inputs.length, received: given.features.length, path: name },
    );
  }
  const names = new Map(inputs.map((port, position) => [port.name, given.features[position] ?? '']));
  if (previousLogits !== null) names.set(previousLogits, given.previousLogits ?? '');
  return names;
}
