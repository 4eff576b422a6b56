// Chooses the input tensor of a network and the tensor with its logits.

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

/** Largest number of elements of one input row. Probing a larger row would exhaust the memory. */
const largestRow = 2 ** 27;

/**
 * @param inputShape Shape of one row, for graphs that leave spatial sizes open.
 * @throws UnsupportedModelError for a graph without exactly one input, a type other than float32, or open sizes without
 *   `inputShape`;
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
      `expected input '${info.name}' to be a float32 tensor; received ${type?.case ?? 'no type'}`,
      { expected: 'a float32 tensor', received: type?.case ?? null, path: info.name },
    );
  }
  if (type.value.elemType !== TensorProto_DataType.FLOAT) {
    throw new UnsupportedModelError(
      `input '${info.name}' holds ${elementTypeName(type.value.elemType)}; only float32 inputs are supported`,
      { expected: 'float32', received: elementTypeName(type.value.elemType), path: info.name },
    );
  }
  const dims = declaredDims(info.type);
  if (dims?.length === 0)
    throw new UnsupportedModelError(`input '${info.name}' is a scalar; it has no batch axis`, { path: info.name });
  const rowShape = resolveRowShape(info.name, dims?.slice(1) ?? null, inputShape);
  const first = dims?.[0] ?? null;
  if (typeof first === 'number' && first < 1) {
    throw new UnsupportedModelError(`input '${info.name}' declares a batch of ${first} rows; at least one is needed`, {
      expected: 'at least 1',
      received: first,
      path: info.name,
    });
  }
  return { input: { name: info.name, rowShape }, batch: typeof first === 'number' ? first : 'dynamic' };
}

function onlyInput(model: OnnxModel): ValueInfoProto {
  const stored = new Set(model.graph.initializer.map(({ name }) => name));
  const inputs = model.graph.input.filter(({ name }) => !stored.has(name));
  const [input] = inputs;
  if (input === undefined)
    throw new UnsupportedModelError('the graph has no input; a classifier reads one tensor', {
      expected: 1,
      received: 0,
    });
  if (inputs.length > 1) {
    const names = inputs.map(({ name }) => `'${name}'`).join(', ');
    throw new UnsupportedModelError(
      `the graph has ${inputs.length} inputs (${names}); only networks with one input are supported`,
      { expected: 1, received: inputs.length },
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
    throw new InvalidInputError(`Expected inputShape to hold positive whole numbers; received [${given.join(', ')}].`, {
      expected: 'positive whole numbers',
      received: given,
      path: 'inputShape',
    });
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
    throw new InvalidInputError(`inputShape [${given.join(', ')}] does not fit input '${name}' of shape ${shown}`, {
      expected: declared,
      received: given,
      path: 'inputShape',
    });
  }
  return checkRow(name, given);
}

function unknownShape(name: string, what: string): UnsupportedModelError {
  return new UnsupportedModelError(
    `input '${name}' declares ${what}, so costs and cuts are undefined; pass inputShape, the shape of one row without the batch axis`,
    { path: name },
  );
}

function checkRow(name: string, rowShape: RowShape): RowShape {
  const elements = elementCount(rowShape);
  if (!rowShape.every((size) => size > 0) || elements > largestRow) {
    throw new UnsupportedModelError(
      `one row of input '${name}' has shape [${rowShape.join(', ')}]; expected 1 to ${largestRow} elements`,
      { expected: `1 to ${largestRow} elements`, received: rowShape, path: name },
    );
  }
  return rowShape;
}

/**
 * The tensor that holds the logits. Where the graph ends in a Softmax, that is the input of the Softmax.
 * @param wanted Name of a graph output; null where the graph has only one.
 * @throws UnsupportedModelError for several outputs without a name, or an output that is not a tensor;
 *   InvalidInputError for a name that is not an output.
 */
export function chooseOutput(model: OnnxModel, wanted: string | null): string {
  const info = wantedOutput(model, wanted);
  const kind = info.type?.value.case;
  if (kind !== undefined && kind !== 'tensorType') {
    throw new UnsupportedModelError(
      `expected output '${info.name}' to be a float32 tensor of logits; received ${kind}`,
      { expected: 'a float32 tensor', received: kind, path: info.name },
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
      throw new InvalidInputError(`'${wanted}' is not an output of the graph; it has ${names || 'none'}`, {
        expected: outputs.map(({ name }) => name),
        received: wanted,
        path: 'output',
      });
    return found;
  }
  const [only] = outputs;
  if (only === undefined)
    throw new UnsupportedModelError('the graph has no output; a classifier returns logits', {
      expected: 1,
      received: 0,
    });
  if (outputs.length > 1) {
    throw new UnsupportedModelError(
      `the graph has ${outputs.length} outputs (${names}); pass the name of the one with the logits as output`,
      { expected: 1, received: outputs.length },
    );
  }
  return only;
}
