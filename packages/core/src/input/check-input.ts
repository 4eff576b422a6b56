// The conversion of every input to the named form. All later code reads only inputs that were checked here.

import type {
  InputBatch,
  InputSpecification,
  InputTensor,
  InputType,
  InputValues,
  NamedInputBatch,
} from '../contract/input.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { firstNotFinite } from '../numeric/first-not-finite.ts';
import { rowSize } from '../numeric/rows.ts';
import { findDenseInput, formatInputs, inputArrays } from './input-types.ts';

/**
 * Converts a batch to the named form. Values are neither checked nor copied. Zero rows are allowed.
 * @throws InvalidInputError for inputs that are missing, unknown, or of another type, shape or length than their
 *   specification says.
 */
export function namedInput(input: InputBatch, inputs: readonly InputSpecification[]): NamedInputBatch {
  const { rows } = input;
  if (!Number.isInteger(rows) || rows < 0) {
    throw new InvalidInputError(`Expected a whole number of input rows, 0 or more; received ${rows}.`, {
      expected: 'a whole number of at least 0',
      received: rows,
      path: 'rows',
    });
  }
  if ('inputs' in input) {
    checkTensors(input, inputs);
    return input;
  }
  const dense = findDenseInput(inputs);
  if (dense === null) {
    throw new InvalidInputError(
      `Expected \`{ rows, inputs }\` with ${formatInputs(inputs)}; received \`{ rows, data }\`. Give the inputs by name.`,
      { expected: '{ rows, inputs }', received: '{ rows, data }' },
    );
  }
  checkKind(input.data, 'float32', 'input values');
  const expected = rows * rowSize(dense.rowShape);
  if (input.data.length !== expected) {
    throw new InvalidInputError(
      `Expected ${expected} input values for ${rows} rows of shape [${dense.rowShape.join(', ')}]; received ${input.data.length}.`,
      { expected, received: input.data.length, path: 'data' },
    );
  }
  return { rows, inputs: { [dense.name]: { data: input.data, rowShape: dense.rowShape } } };
}

/**
 * The check that every runtime makes before it loads rows: that of `namedInput`, at least one row, and no NaN or
 * infinite value.
 * @throws InvalidInputError
 */
export function checkInputBatch(input: InputBatch, inputs: readonly InputSpecification[]): NamedInputBatch {
  const named = namedInput(input, inputs);
  if (named.rows === 0) {
    throw new InvalidInputError('Expected at least one row of input; received none. Leave empty batches out.', {
      expected: 'at least one row',
      received: 0,
      path: 'rows',
    });
  }
  for (const { name, type } of inputs) {
    const { data, rowShape } = named.inputs[name] as InputTensor;
    const position = notFinite(data, type);
    if (position < 0) continue;
    const what = inputs.length === 1 ? 'input values' : `values of the input "${name}"`;
    const value = type === 'float16' ? 'NaN or infinity' : data[position];
    throw new InvalidInputError(
      `Expected finite ${what}; row ${Math.floor(position / rowSize(rowShape))} holds ${value}. ` +
        'Check the data and its preprocessing.',
      { expected: 'finite values', received: String(value), path: name },
    );
  }
  return named;
}

/**
 * The lengths of the free axes of a batch, by name.
 * @param input A checked input.
 */
export function freeAxisLengths(
  input: NamedInputBatch,
  inputs: readonly InputSpecification[],
): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  for (const { name, rowShape } of inputs) {
    for (const [axis, length] of rowShape.entries()) {
      if (typeof length === 'string') lengths.set(length, input.inputs[name]?.rowShape[axis] as number);
    }
  }
  return lengths;
}

function checkTensors({ rows, inputs: tensors }: NamedInputBatch, inputs: readonly InputSpecification[]): void {
  if (tagOf(tensors) !== 'Object' || Object.values(tensors).some((tensor) => tagOf(tensor) !== 'Object')) {
    throw new InvalidInputError(
      `Expected the inputs ${formatInputs(inputs)}, each as \`{ data, rowShape }\` under its name; received something else.`,
      { expected: inputs.map(({ name }) => name), received: tagOf(tensors), path: 'inputs' },
    );
  }
  const unknown = Object.keys(tensors).filter((name) => !inputs.some((input) => input.name === name));
  const missing = inputs.filter(({ name }) => tensors[name] === undefined).map(({ name }) => name);
  if (unknown.length > 0 || missing.length > 0) {
    throw new InvalidInputError(
      `Expected the inputs ${formatInputs(inputs)}; ` +
        [
          ...(missing.length > 0 ? [`${missing.join(', ')} is missing`] : []),
          ...(unknown.length > 0 ? [`${unknown.join(', ')} is none of them`] : []),
        ].join(', and '),
      { expected: inputs.map(({ name }) => name), received: Object.keys(tensors), path: 'inputs' },
    );
  }
  const lengths = new Map<string, { readonly length: number; readonly name: string }>();
  for (const input of inputs) {
    const tensor = tensors[input.name] as InputTensor;
    checkTensor(input, tensor, rows);
    for (const [axis, axisName] of input.rowShape.entries()) {
      if (typeof axisName === 'number') continue;
      const length = tensor.rowShape[axis] as number;
      const other = lengths.get(axisName);
      if (other !== undefined && other.length !== length) {
        throw new InvalidInputError(
          `Expected one length of the axis "${axisName}" in all inputs; it is ${other.length} in "${other.name}" and ${length} in "${input.name}".`,
          { expected: other.length, received: length, path: input.name },
        );
      }
      lengths.set(axisName, { length, name: input.name });
    }
  }
}

function checkTensor({ name, type, rowShape }: InputSpecification, tensor: InputTensor, rows: number): void {
  const { data } = tensor;
  checkKind(data, type, `values of the input "${name}"`);
  const fits =
    Array.isArray(tensor.rowShape) &&
    tensor.rowShape.length === rowShape.length &&
    tensor.rowShape.every((length, axis) => {
      const expected = rowShape[axis];
      return typeof expected === 'number' ? length === expected : Number.isInteger(length) && length >= 1;
    });
  if (!fits) {
    throw new InvalidInputError(
      `Expected rows of shape [${rowShape.join(', ')}] for the input "${name}"; received rows of [${tensor.rowShape}].`,
      { expected: rowShape, received: tensor.rowShape, path: name },
    );
  }
  const expected = rows * rowSize(tensor.rowShape);
  if (data.length !== expected) {
    throw new InvalidInputError(
      `Expected ${expected} values of the input "${name}" for ${rows} rows of shape [${tensor.rowShape.join(', ')}]; received ${data.length}.`,
      { expected, received: data.length, path: name },
    );
  }
}

/** Checked here, because runtimes differ in the other arrays they accept and in how they convert them. */
function checkKind(data: unknown, type: InputType, what: string): void {
  const expected = inputArrays[type].name;
  // Compared by tag, because an array from another frame or worker has another class.
  const kind = tagOf(data);
  if (kind === expected) return;
  const remedy = type === 'float32' ? ' Convert them: Float32Array.from(values).' : '';
  throw new InvalidInputError(`Expected ${what} as a ${expected}; received ${kind}.${remedy}`, {
    expected,
    received: kind,
  });
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Position of the first NaN or infinite value; -1 if there is none. */
function notFinite(values: InputValues, type: InputType): number {
  switch (type) {
    case 'float32':
      return firstNotFinite(values as Float32Array);
    case 'float16':
      // All bits of the exponent are set in NaN and infinity, and in nothing else.
      return (values as Uint16Array).findIndex((bits) => (bits & 0x7c00) === 0x7c00);
    case 'int32':
    case 'int64':
    case 'uint8':
      return -1;
  }
}
