import { encodeSafetensors } from '@ztw/bundle';
import { InvalidModelError, type Parameter, UnsupportedModelError } from '@ztw/core';
import { type ProgramPort, type StageProgram, stepReads } from '@ztw/program';
import { logitsName, previousLogitsName } from '../emit/port-names.ts';
import { declaredDims } from '../graph/build.ts';
import type { OnnxModel } from '../model/onnx-model.ts';
import { readModel } from '../model/read-model.ts';
import { constantValue } from './constant.ts';
import { createNodeReader } from './node-reader.ts';
import { lowerings } from './operators/table.ts';
import { createProgramBuilder, type ProgramBuilder } from './program-builder.ts';
import { simplifySteps } from './simplify-steps.ts';
import { fixedSize, fixedValues, type Size } from './size.ts';
import { naturalOrder, storedShape, type TensorValue, type Value } from './value.ts';

export interface EmitStageProgramOptions {
  /** Order in memory of the axes of the feature inputs, as the program of the stage before returned it. Default: the graph's own. */
  readonly inputOrders?: readonly (readonly number[])[];
}

/** A stage as a program, and what the next one needs to know of it. */
export interface EmittedStageProgram {
  /** The program as JSON. */
  readonly steps: Uint8Array;
  /** Its weights as safetensors. */
  readonly weights: Uint8Array;
  /** Order in memory of the axes of each feature output. */
  readonly outputOrders: readonly (readonly number[])[];
}

/**
 * Writes a stage model, as `emitStage` makes it, as a list of tensor operations for runtimes that do not read ONNX files.
 * @param bytes The stage's ONNX file.
 * @throws UnsupportedModelError naming the node that stage programs cannot express, and why.
 */
export function emitStageProgram(bytes: Uint8Array, options: EmitStageProgramOptions = {}): EmittedStageProgram {
  const model = readModel(bytes);
  const builder = createProgramBuilder();
  const values = new Map<string, Value>();
  const inputs = addInputs(model, builder, values, options.inputOrders ?? []);
  for (const tensor of model.graph.initializer) {
    values.set(tensor.name, constantValue(tensor, `initialiser '${tensor.name}'`));
  }
  for (const node of model.graph.node) {
    const lowering = lowerings.get(node.opType);
    if (lowering === undefined) {
      throw new UnsupportedModelError(
        `node '${node.name || node.output[0]}': stage programs have no operator ${node.opType}; TensorFlow.js cannot run this stage. Run it on ONNX Runtime, or export the network another way`,
      );
    }
    const results = lowering(createNodeReader(node, model.opset, builder, values));
    for (const [position, value] of ('kind' in results ? [results] : results).entries()) {
      values.set(node.output[position] ?? '', value);
    }
  }
  const { outputs, logits } = finishOutputs(model, builder, values);
  const results = [...outputs.map(({ name }) => name), logits.name];
  const steps = simplifySteps(builder, results);
  const hasPrevious = model.graph.input.some(({ name }) => name === previousLogitsName);
  const program: StageProgram = {
    format: 'ztw-stage-program',
    version: 1,
    inputs: inputs.map(portOf),
    previousLogits: hasPrevious ? previousLogitsName : null,
    outputs: outputs.map(portOf),
    logits: logits.name,
    steps,
  };
  return {
    steps: new TextEncoder().encode(`${JSON.stringify(program)}\n`),
    weights: encodeSafetensors(onlyRead(builder.weights, program)),
    outputOrders: outputs.map(({ order }) => order),
  };
}

function addInputs(
  { graph }: OnnxModel,
  builder: ProgramBuilder,
  values: Map<string, Value>,
  orders: readonly (readonly number[])[],
): readonly TensorValue[] {
  const stored = new Set(graph.initializer.map(({ name }) => name));
  const features: TensorValue[] = [];
  for (const { name, type } of graph.input.filter((input) => !stored.has(input.name))) {
    const [, ...row] = declaredDims(type) ?? [];
    if (row.some((size) => typeof size !== 'number')) {
      throw new InvalidModelError(`input '${name}' of a stage must have a shape that is fixed but for the rows`);
    }
    const shape: readonly Size[] = [{ fixed: 0, perRow: 1 }, ...row.map((size) => fixedSize(size as number))];
    const order = (name === previousLogitsName ? undefined : orders[features.length]) ?? naturalOrder(shape.length);
    const value: TensorValue = { kind: 'tensor', name: builder.claim(name), shape, order, columns: null };
    values.set(name, value);
    if (name !== previousLogitsName) features.push(value);
  }
  return features;
}

/** Outputs as runtimes hand them on: rows first, each written by a step of its own. */
function finishOutputs(
  { graph }: OnnxModel,
  builder: ProgramBuilder,
  values: ReadonlyMap<string, Value>,
): { readonly outputs: readonly TensorValue[]; readonly logits: TensorValue } {
  const used = new Set(graph.input.map(({ name }) => name));
  const finish = (name: string, keepsOrder: boolean): TensorValue => {
    const value = values.get(name);
    if (value?.kind !== 'tensor') throw new InvalidModelError(`output '${name}' of a stage must depend on its input`);
    const isHandedOn = keepsOrder && value.order[0] === 0 && value.columns === null;
    let result = isHandedOn ? value : builder.natural(value);
    if (used.has(result.name)) {
      const shape = storedShape(result).map(({ fixed, perRow }) => (perRow === 0 ? fixed : { perRow }));
      result = builder.add({ operator: 'reshape', input: result.name, shape }, name, result.shape, result.order);
    }
    used.add(result.name);
    return result;
  };
  const outputs = graph.output.filter(({ name }) => name !== logitsName).map(({ name }) => finish(name, true));
  return { outputs, logits: finish(logitsName, false) };
}

function portOf(value: TensorValue): ProgramPort {
  const row = fixedValues(storedShape(value).slice(1));
  if (row === null) throw new InvalidModelError(`tensor '${value.name}' at a cut has rows of no fixed shape`);
  return { name: value.name, rowShape: row };
}

function onlyRead(weights: ReadonlyMap<string, Parameter>, { steps }: StageProgram): ReadonlyMap<string, Parameter> {
  const read = new Set(steps.flatMap(stepReads));
  return new Map([...weights].filter(([name]) => read.has(name)));
}
