// Input that does not fit.

import type { InputTensor, InputValues, NamedInputBatch } from '../../contract/input.ts';
import type { StagedModel } from '../../contract/staged-model.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { namedInput } from '../../input/check-input.ts';
import { findDenseInput } from '../../input/input-types.ts';
import { checkRejects } from './checks.ts';
import type { ConformanceCase, ConformanceSubject } from './conformance-subject.ts';
import { runStages } from './run-stages.ts';
import { withModel } from './with-model.ts';

export const inputErrorCases: readonly ConformanceCase[] = [
  refusedValues('refuses an input that is too short for its rows', (data, rows) => ({ rows, data: data.slice(0, -1) })),
  refusedValues('refuses an input that is too long for its rows', (data, rows) => ({ rows: rows - 1, data })),
  refusedValues('refuses zero rows', (data) => ({ rows: 0, data: data.slice(0, 0) })),
  refusedValues(
    'refuses NaN in the input',
    (data, rows) => ({ rows, data: withLastValue(data, Number.NaN) }),
    'floats',
  ),
  refusedValues(
    'refuses infinity in the input',
    (data, rows) => ({ rows, data: withLastValue(data, Number.NEGATIVE_INFINITY) }),
    'floats',
  ),
  ...['Float64Array', 'Uint8Array', 'a list'].map((kind) =>
    refusedValues(
      `refuses ${kind} in the place of a Float32Array`,
      (data, rows) => {
        return { rows, data: otherKind(kind, data) as InputValues };
      },
      'floats',
    ),
  ),
  refusedInput('refuses an input that the network does not have', (input) => {
    const [tensor] = Object.values(input.inputs) as [InputTensor];
    return { ...input, inputs: { ...input.inputs, nobody: tensor } };
  }),
  refusedInput('refuses a batch that lacks an input', (input) => {
    return { ...input, inputs: Object.fromEntries(Object.entries(input.inputs).slice(1)) };
  }),
  refusedInput('refuses values of another type', (input) =>
    mapTensors(input, ({ data, rowShape }) => {
      const { length } = data;
      return { data: data instanceof Int32Array ? new Float32Array(length) : new Int32Array(length), rowShape };
    }),
  ),
  refusedInput('refuses rows of another shape', (input) =>
    mapTensors(input, ({ data, rowShape }) => ({ data, rowShape: [...rowShape, 1] })),
  ),
];

function otherKind(kind: string, data: InputValues): unknown {
  if (kind === 'Float64Array') return new Float64Array(data.length);
  return kind === 'Uint8Array' ? new Uint8Array(data.length) : Array.from(data as Float32Array);
}

function refusedInput(name: string, spoil: (input: NamedInputBatch) => NamedInputBatch): ConformanceCase {
  return {
    name,
    run: (subject) =>
      withModel(subject, (model) => checkRefused(model, subject, spoil(namedInput(subject.input, model.inputs)))),
  };
}

/**
 * Corrupts the values of every input, in the named form and, if the network takes it, in the dense form.
 * @param which `floats` leaves other types unchanged, and skips networks that have only other types.
 */
function refusedValues(
  name: string,
  spoil: (data: InputValues, rows: number) => { readonly data: InputValues; readonly rows: number },
  which: 'all' | 'floats' = 'all',
): ConformanceCase {
  const isSpoilt = (data: InputValues): boolean => which === 'all' || data instanceof Float32Array;
  return {
    name,
    skip: ({ input }) => {
      const tensors = 'inputs' in input ? Object.values(input.inputs) : [input];
      return tensors.some(({ data }) => isSpoilt(data)) ? null : 'the network has no float32 input';
    },
    run: (subject) =>
      withModel(subject, async (model) => {
        const input = namedInput(subject.input, model.inputs);
        const spoilt = mapTensors(input, ({ data, rowShape }) => {
          return { data: isSpoilt(data) ? spoil(data, input.rows).data : data, rowShape };
        });
        const { rows } = spoil(new Float32Array(1), input.rows);
        await checkRefused(model, subject, { ...spoilt, rows });
        const dense = findDenseInput(model.inputs);
        if (dense === null) return;
        const data = spoilt.inputs[dense.name]?.data as Float32Array;
        await checkRejects(() => model.load({ rows, data }), InvalidInputError.isInstance, 'load without names');
      }),
  };
}

async function checkRefused(model: StagedModel, subject: ConformanceSubject, spoilt: NamedInputBatch): Promise<void> {
  await checkRejects(() => model.load(spoilt), InvalidInputError.isInstance, 'load');
  // The error must leave the model usable.
  await runStages(model, subject.input);
}

function mapTensors(input: NamedInputBatch, change: (tensor: InputTensor) => InputTensor): NamedInputBatch {
  const changed = Object.entries(input.inputs).map(([name, tensor]) => [name, change(tensor)] as const);
  return { rows: input.rows, inputs: Object.fromEntries(changed) };
}

function withLastValue(data: InputValues, value: number): InputValues {
  const spoilt = Float32Array.from(data as Float32Array);
  spoilt[spoilt.length - 1] = value;
  return spoilt;
}
