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
  /** The graph of a stage. Its inputs and outputs have the shared names. */
  readonly graph: GraphProto;
  /** Version of the default operator set. */
  readonly opset: number;
  /**
   * Memory order of the axes of the feature inputs, from the program of the previous stage. Default: the graph's order.
   */
  readonly inputOrders?: readonly (readonly number[])[];
}

/** A stage as a program, and the layout of its outputs, which the next stage needs. */
export interface TranslatedGraph extends WrittenProgram {
  /** Memory order of the axes of each feature output. */
  readonly outputOrders: readonly (readonly number[])[];
}

/**
 * Translates the graph of a stage to a program.
 * @throws UnsupportedModelError naming the node that a program cannot express, and why.
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
        { received: node.opType, path: node.name || (node.output[0] ?? '') },
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
      throw new InvalidModelError(`input '${name}' of a stage must have a fixed shape except for the rows`, {
        expected: 'fixed row sizes',
        received: row,
        path: name,
      });
    }
    const shape: readonly Size[] = [{ fixed: 0, perRow: 1 }, ...row.map((size) => fixedSize(size as number))];
    const order = (name === previousLogitsName ? undefined : orders[features.length]) ?? naturalOrder(shape.length);
    const value: TensorValue = { kind: 'tensor', name: writer.claim(name), shape, order, columns: null };
    values.set(name, value);
    if (name !== previousLogitsName) features.push(value);
  }
  return features;
}

/** Prepares the outputs for the next stage: rows first, each written by a separate step. */
function finishOutputs(
  graph: GraphProto,
  writer: ProgramWriter,
  values: ReadonlyMap<string, GraphValue>,
): { readonly outputs: readonly TensorValue[]; readonly logits: TensorValue } {
  const used = new Set(graph.input.map(({ name }) => name));
  const finish = (name: string, keepsOrder: boolean): TensorValue => {
    const value = values.get(name);
    if (value?.kind !== 'tensor') {
      throw new InvalidModelError(`output '${name}' of a stage must depend on its input`, { path: name });
    }
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
  if (row === null) {
    throw new InvalidModelError(`the rows of tensor '${value.name}' at a cut must have a fixed shape`, {
      path: value.name,
    });
  }
  return { name: value.name, rowShape: row };
}
