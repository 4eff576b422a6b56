import { InvalidModelError, UnsupportedModelError } from '@ztw/core';
import {
  closeProgram,
  createProgramWriter,
  fixedSize,
  fixedValues,
  naturalOrder,
  type ProgramPort,
  type ProgramWriter,
  programShape,
  type Size,
  simplifySteps,
  storedShape,
  type TensorValue,
  type WrittenProgram,
} from '@ztw/program';
import type { GraphProto } from 'onnx-buf';
import { logitsName, previousLogitsName } from '../emit/port-names.ts';
import { declaredDims } from '../graph/build.ts';
import { constantValue } from './constant.ts';
import type { GraphValue } from './graph-value.ts';
import { createNodeReader } from './node-reader.ts';
import { translations } from './operators/table.ts';

export interface GraphToProgramOptions {
  /** Of a stage: its inputs and outputs have the shared names. */
  readonly graph: GraphProto;
  /** Version of the default operator set. */
  readonly opset: number;
  /** Order in memory of the axes of the feature inputs, as the program of the stage before returned it. Default: the graph's own. */
  readonly inputOrders?: readonly (readonly number[])[];
}

/** A stage as a program, and what the next one needs to know of it. */
export interface TranslatedGraph extends WrittenProgram {
  /** Order in memory of the axes of each feature output. */
  readonly outputOrders: readonly (readonly number[])[];
}

/**
 * Writes the graph of a stage as a program.
 * @throws UnsupportedModelError naming the node that programs cannot express, and why.
 */
export function graphToProgram({ graph, opset, inputOrders = [] }: GraphToProgramOptions): TranslatedGraph {
  const writer = createProgramWriter();
  const values = new Map<string, GraphValue>();
  const inputs = addInputs(graph, writer, values, inputOrders);
  for (const tensor of graph.initializer) {
    values.set(tensor.name, constantValue(tensor, `initialiser '${tensor.name}'`));
  }
  for (const node of graph.node) {
    const translate = translations.get(node.opType);
    if (translate === undefined) {
      throw new UnsupportedModelError(
        `node '${node.name || node.output[0]}': stage programs have no operator ${node.opType}; TensorFlow.js cannot run this stage. Run it on ONNX Runtime, or export the network another way`,
      );
    }
    const results = translate(createNodeReader(node, opset, writer, values));
    for (const [position, value] of ('kind' in results ? [results] : results).entries()) {
      values.set(node.output[position] ?? '', value);
    }
  }
  const { outputs, logits } = finishOutputs(graph, writer, values);
  const body = writer.body([...outputs.map(({ name }) => name), logits.name]);
  const hasPrevious = graph.input.some(({ name }) => name === previousLogitsName);
  const written = closeProgram(simplifySteps(body), {
    inputs: inputs.map(portOf),
    previousLogits: hasPrevious ? previousLogitsName : null,
    outputs: outputs.map(portOf),
    logits: logits.name,
  });
  return { ...written, outputOrders: outputs.map(({ order }) => order) };
}

function addInputs(
  graph: GraphProto,
  writer: ProgramWriter,
  values: Map<string, GraphValue>,
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
    const value: TensorValue = { kind: 'tensor', name: writer.claim(name), shape, order, columns: null };
    values.set(name, value);
    if (name !== previousLogitsName) features.push(value);
  }
  return features;
}

/** Outputs as runtimes hand them on: rows first, each written by a step of its own. */
function finishOutputs(
  graph: GraphProto,
  writer: ProgramWriter,
  values: ReadonlyMap<string, GraphValue>,
): { readonly outputs: readonly TensorValue[]; readonly logits: TensorValue } {
  const used = new Set(graph.input.map(({ name }) => name));
  const finish = (name: string, keepsOrder: boolean): TensorValue => {
    const value = values.get(name);
    if (value?.kind !== 'tensor') throw new InvalidModelError(`output '${name}' of a stage must depend on its input`);
    const isHandedOn = keepsOrder && value.order[0] === 0 && value.columns === null;
    let result = isHandedOn ? value : writer.natural(value);
    if (used.has(result.name)) {
      const shape = programShape(storedShape(result), name);
      result = writer.addValue({ operator: 'reshape', input: result.name, shape }, name, result.shape, result.order);
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
