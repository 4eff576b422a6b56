// Reads the stages of all networks in order, and the operator sets and functions of a file that holds them all.

import { toBinary } from '@bufbuild/protobuf';
import { type BundleStage, wholeStageModel } from '@ztw/bundle';
import { InvalidInputError, InvalidModelError, UnsupportedModelError } from '@ztw/core';
import { type FunctionProto, FunctionProtoSchema, type OperatorSetIdProto } from 'onnx-buf';
import type { FileDescription } from '../graph/graph-builder.ts';
import type { OnnxModel } from '../model/onnx-model.ts';
import { readModel } from '../model/read-model.ts';
import type { SingleFileOptions } from './single-file-options.ts';

/** One stage of a single file. */
export interface ExportStage {
  /** Index of its exit over all networks. */
  readonly exitIndex: number;
  readonly description: BundleStage;
  readonly model: OnnxModel;
  /** Whether the stage reads the original input. */
  readonly startsNetwork: boolean;
}

export interface ExportStages {
  readonly stages: readonly ExportStage[];
  readonly opset: number;
  readonly source: Pick<FileDescription, 'irVersion' | 'opsetImport' | 'functions'>;
}

/** The opset that introduced ScatterND. */
const oldestSingleFileOpset = 11;

/** Each If is nested in the one before and takes three levels. The usual Protobuf reader allows 100 levels. */
const mostExits = 31;

/**
 * Reads the stage models and checks that one file can hold them.
 * @throws InvalidInputError for no stages, or a first stage that reads previous logits;
 *   InvalidModelError for a model that is missing, damaged or not as described;
 *   UnsupportedModelError for operator sets that differ or are too old, and for too many exits.
 */
export function readStages({ networks, files }: Pick<SingleFileOptions, 'networks' | 'files'>): ExportStages {
  const described = networks.flatMap(({ stages }) =>
    stages.map((description, index) => ({ description, startsNetwork: index === 0 })),
  );
  if (described.length === 0) {
    throw new InvalidInputError('expected at least one stage for a single file; received none', {
      expected: 'at least 1',
      received: 0,
      path: 'networks',
    });
  }
  if (described.length > mostExits) {
    throw new UnsupportedModelError(
      `a single file can hold ${mostExits} exits, the networks have ${described.length}; train with fewer cuts, or run stage by stage`,
      { expected: `at most ${mostExits}`, received: described.length },
    );
  }
  const stages = described.map((stage, exitIndex): ExportStage => {
    if (exitIndex === 0 && stage.description.previousLogits !== null) {
      throw new InvalidInputError(
        `stage '${stage.description.name}' is the first stage but reads the logits of a previous stage`,
        { path: stage.description.name },
      );
    }
    return { ...stage, exitIndex, model: readStage(stage.description, files) };
  });
  const opset = commonOpset(stages);
  return { stages, opset, source: commonSource(stages) };
}

function readStage(stage: BundleStage, files: SingleFileOptions['files']): OnnxModel {
  const model = readModel(wholeStageModel(stage, files));
  const { name, model: path = name, ...ports } = stage;
  const cascade = ports.previousLogits === null ? [] : [ports.previousLogits];
  const inputs = [...ports.inputs.map((port) => port.name), ...cascade];
  const outputs = [...ports.outputs.map((port) => port.name), ports.logits];
  const stored = new Set(model.graph.initializer.map((tensor) => tensor.name));
  const fed = model.graph.input.map((port) => port.name).filter((port) => !stored.has(port));
  const returned = model.graph.output.map((port) => port.name);
  const fits = fed.length === inputs.length && fed.every((port) => inputs.includes(port));
  if (!fits || !outputs.every((port) => returned.includes(port))) {
    throw new InvalidModelError(
      `the model '${path}' of stage '${name}' should take ${inputs.join(', ')} and return ${outputs.join(', ')}, ` +
        `but it takes ${fed.join(', ')} and returns ${returned.join(', ')}`,
      { expected: { inputs, outputs }, received: { inputs: fed, outputs: returned }, path },
    );
  }
  return model;
}

function commonOpset(stages: readonly ExportStage[]): number {
  const opsets = [...new Set(stages.map(({ model }) => model.opset))];
  const [opset = 0, other] = opsets;
  if (other !== undefined) {
    throw new UnsupportedModelError(
      `one file has one operator set, but these networks are written for opsets ${opsets.join(' and ')}; export them for the same one`,
      { expected: 'one opset', received: opsets },
    );
  }
  if (opset < oldestSingleFileOpset) {
    throw new UnsupportedModelError(
      `a single file needs opset ${oldestSingleFileOpset} or newer, the network has ${opset}; export it for a newer opset`,
      { expected: `${oldestSingleFileOpset} or newer`, received: opset },
    );
  }
  return opset;
}

function commonSource(stages: readonly ExportStage[]): ExportStages['source'] {
  const protos = stages.map(({ model }) => model.proto);
  return {
    irVersion: BigInt(Math.max(...protos.map(({ irVersion }) => Number(irVersion)))),
    opsetImport: mergeOpsets(protos.flatMap(({ opsetImport }) => opsetImport)),
    functions: mergeFunctions(protos.flatMap(({ functions }) => functions)),
  };
}

/** One entry per domain. Those of the default domain are already known to be equal. */
function mergeOpsets(entries: readonly OperatorSetIdProto[]): readonly OperatorSetIdProto[] {
  const byDomain = new Map<string, OperatorSetIdProto>();
  for (const entry of entries) {
    const known = byDomain.get(entry.domain);
    if (known !== undefined && known.version !== entry.version) {
      throw new UnsupportedModelError(
        `one file has one version of each operator set, but these networks need '${entry.domain}' in ${known.version} and ${entry.version}`,
        { received: [Number(known.version), Number(entry.version)], path: entry.domain },
      );
    }
    byDomain.set(entry.domain, entry);
  }
  return [...byDomain.values()];
}

/** Merges functions by name. Each stage holds all functions of its network. */
function mergeFunctions(functions: readonly FunctionProto[]): readonly FunctionProto[] {
  const byName = new Map<string, FunctionProto>();
  for (const definition of functions) {
    const name = `${definition.domain}::${definition.name}:${definition.overload}`;
    const known = byName.get(name);
    if (known !== undefined && !sameBytes(encode(known), encode(definition))) {
      throw new UnsupportedModelError(
        `two networks define the function '${definition.name}' differently, so one file cannot hold both`,
        { path: definition.name },
      );
    }
    byName.set(name, definition);
  }
  return [...byName.values()];
}

function encode(definition: FunctionProto): Uint8Array {
  return toBinary(FunctionProtoSchema, definition);
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
