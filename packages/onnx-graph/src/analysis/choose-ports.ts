// Which tensor goes into the network and which one comes out as logits.

import { InvalidInputError, type RowShape, UnsupportedModelError } from '@ztw/core';
import { TensorProto_DataType, type ValueInfoProto } from 'onnx-buf';
import { declaredDims } from '../graph/build.ts';
import { intAttributeOf } from '../model/attributes.ts';
import type { OnnxModel } from '../model/onnx-model.ts';
import { elementCount, elementTypeName } from '../model/tensor.ts';

export interface NetworkInput {
  readonly name: string;
  readonly rowShape: RowShape;
}

/** The most elements of one input row: beyond it a probe would only exhaust the memory. */
const largestRow = 2 ** 27;

/**
 * @param inputShape Shape of one row, for graphs that leave spatial sizes open.
 * @throws UnsupportedModelError for no or several inputs, a type other than float32, open sizes without `inputShape`;
 *   InvalidInputError where `inputShape` contradicts the graph.
 */
export function chooseInput(
  model: OnnxModel,
  inputShape: RowShape | null,
): { readonly input: NetworkInput; readonly batch: 'dynamic' | number } {
  const info = onlyInput(model);
  const type = info.type?.value;
  if (type?.case !== 'tensorType') {
    throw new UnsupportedModelError(
      `input '${info.name}' is no tensor (${type?.case ?? 'no type'}); a float32 tensor is needed`,
    );
  }
  if (type.value.elemType !== TensorProto_DataType.FLOAT) {
    throw new UnsupportedModelError(
      `input '${info.name}' holds ${elementTypeName(type.value.elemType)}; only float32 inputs are supported`,
    );
  }
  const dims = declaredDims(info.type);
  if (dims?.length === 0) throw new UnsupportedModelError(`input '${info.name}' is a scalar; it has no batch axis`);
  const rowShape = resolveRowShape(info.name, dims?.slice(1) ?? null, inputShape);
  const first = dims?.[0] ?? null;
  if (typeof first === 'number' && first < 1) {
    throw new UnsupportedModelError(`input '${info.name}' declares a batch of ${first} rows; at least one is needed`);
  }
  return { input: { name: info.name, rowShape }, batch: typeof first === 'number' ? first : 'dynamic' };
}

function onlyInput(model: OnnxModel): ValueInfoProto {
  const stored = new Set(model.graph.initializer.map(({ name }) => name));
  const inputs = model.graph.input.filter(({ name }) => !stored.has(name));
  const [input] = inputs;
  if (input === undefined) throw new UnsupportedModelError('the graph has no input; a classifier reads one tensor');
  if (inputs.length > 1) {
    const names = inputs.map(({ name }) => `'${name}'`).join(', ');
    throw new UnsupportedModelError(
      `the graph has ${inputs.length} inputs (${names}); only networks with one input are supported`,
    );
  }
  return input;
}

function resolveRowShape(
  name: string,
  declared: readonly (number | string | null)[] | null,
  given: RowShape | null,
): RowShape {
  if (given !== null && !given.every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw new InvalidInputError(`inputShape must hold positive whole numbers, received [${given.join(', ')}]`);
  }
  if (declared === null) {
    if (given === null) throw unknownShape(name, 'no shape');
    return checkRow(name, given);
  }
  const shown = `[batch, ${declared.map((size) => size ?? '?').join(', ')}]`;
  if (given === null) {
    const known = declared.filter((size) => typeof size === 'number');
    if (known.length < declared.length) throw unknownShape(name, `the open shape ${shown}`);
    return checkRow(name, known);
  }
  const fits =
    given.length === declared.length &&
    declared.every((size, axis) => typeof size !== 'number' || size === given[axis]);
  if (!fits) {
    throw new InvalidInputError(`inputShape [${given.join(', ')}] does not fit input '${name}' of shape ${shown}`);
  }
  return checkRow(name, given);
}

function unknownShape(name: string, what: string): UnsupportedModelError {
  return new UnsupportedModelError(
    `input '${name}' declares ${what}, so costs and cuts are undefined; pass inputShape, the shape of one row without the batch axis`,
  );
}

function checkRow(name: string, rowShape: RowShape): RowShape {
  const elements = elementCount(rowShape);
  if (!rowShape.every((size) => size > 0) || elements > largestRow) {
    throw new UnsupportedModelError(
      `one row of input '${name}' has shape [${rowShape.join(', ')}]; expected 1 to ${largestRow} elements`,
    );
  }
  return rowShape;
}

/**
 * The tensor that holds the logits. A Softmax at the very end is left out: its input is the answer wanted here.
 * @param wanted Name of a graph output, or null for the only one.
 * @throws UnsupportedModelError for several outputs without a choice or one that is no tensor; InvalidInputError for a name that is no output.
 */
export function chooseOutput(model: OnnxModel, wanted: string | null): string {
  const info = wantedOutput(model, wanted);
  const kind = info.type?.value.case;
  if (kind !== undefined && kind !== 'tensorType') {
    throw new UnsupportedModelError(
      `output '${info.name}' is no tensor (${kind}); logits as a float32 tensor are needed`,
    );
  }
  const producer = model.graph.node.find((node) => node.output.includes(info.name));
  const logits = producer?.input[0];
  const endsInSoftmax = producer?.opType === 'Softmax' && [-1, 1].includes(intAttributeOf(producer, 'axis', -1));
  return endsInSoftmax && logits !== undefined ? logits : info.name;
}

function wantedOutput(model: OnnxModel, wanted: string | null): ValueInfoProto {
  const outputs = model.graph.output;
  const names = outputs.map(({ name }) => `'${name}'`).join(', ');
  if (wanted !== null) {
    const found = outputs.find(({ name }) => name === wanted);
    if (found === undefined)
      throw new InvalidInputError(`'${wanted}' is no output of the graph; it has ${names || 'none'}`);
    return found;
  }
  const [only] = outputs;
  if (only === undefined) throw new UnsupportedModelError('the graph has no output; a classifier answers with logits');
  if (outputs.length > 1) {
    throw new UnsupportedModelError(
      `the graph has ${outputs.length} outputs (${names}); name the one with the logits by the option output`,
    );
  }
  return only;
}
