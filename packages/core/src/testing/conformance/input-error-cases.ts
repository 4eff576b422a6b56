// Input that does not fit.

import type { InputBatch } from '../../contract/staged-model.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { checkRejects } from './checks.ts';
import type { ConformanceCase } from './conformance-subject.ts';
import { runStages } from './run-stages.ts';
import { withModel } from './with-model.ts';

export const inputErrorCases: readonly ConformanceCase[] = [
  refusedInput('refuses an input that is too short for its rows', ({ rows, data }) => {
    return { rows, data: data.slice(0, -1) };
  }),
  refusedInput('refuses an input that is too long for its rows', ({ rows, data }) => ({ rows: rows - 1, data })),
  refusedInput('refuses zero rows', () => ({ rows: 0, data: new Float32Array(0) })),
  refusedInput('refuses NaN in the input', (input) => withLastValue(input, Number.NaN)),
  refusedInput('refuses infinity in the input', (input) => withLastValue(input, Number.NEGATIVE_INFINITY)),
  ...['Float64Array', 'Uint8Array', 'a list'].map((kind) =>
    refusedInput(`refuses ${kind} in the place of a Float32Array`, ({ rows, data }) => ({
      rows,
      data: otherKind(kind, data) as unknown as Float32Array,
    })),
  ),
];

function otherKind(kind: string, data: Float32Array): unknown {
  if (kind === 'Float64Array') return Float64Array.from(data);
  return kind === 'Uint8Array' ? Uint8Array.from(data) : Array.from(data);
}

function refusedInput(name: string, spoil: (input: InputBatch) => InputBatch): ConformanceCase {
  return {
    name,
    run: (subject) =>
      withModel(subject, async (model) => {
        await checkRejects(() => model.load(spoil(subject.input)), InvalidInputError.isInstance, 'load');
        // The refusal must leave the model as it was.
        await runStages(model, subject.input);
      }),
  };
}

function withLastValue({ rows, data }: InputBatch, value: number): InputBatch {
  const spoiled = data.slice();
  spoiled[spoiled.length - 1] = value;
  return { rows, data: spoiled };
}
