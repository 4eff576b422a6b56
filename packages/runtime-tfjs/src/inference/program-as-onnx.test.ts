// Every step gives the same values on this package, as an ONNX model, and as the program of that ONNX model.

import { type Tensor, tensor, transpose } from '@tensorflow/tfjs-core';
import { decodeSafetensors, encodeSafetensors, weightsInMemory } from '@ztw/bundle';
import { InvalidInputError, InvalidModelError, UnsupportedModelError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import { seededValues } from '@ztw/core/testing';
import { type EmittedStageProgram, emitStageProgram, programToOnnx } from '@ztw/onnx-graph';
import { encodeTensorProgram, type ProgramStep, type TensorProgram } from '@ztw/program';
import { expect, test } from 'vitest';
import { rowShape, stepCases, stepWeights as weights } from '../../../program/src/__fixtures__/step-cases.ts';
import { tensorflowOn } from '../__fixtures__/backends.ts';
import { expectClose } from '../__fixtures__/expect-close.ts';
import { ort } from '../__fixtures__/program-networks.ts';
import { openProgram } from './open-program.ts';

// Sums of float32 in another order.
const tolerance = { rtol: 1e-5, atol: 1e-5 };

const tf = await tensorflowOn('cpu');
const rows = 2;

/** The steps of a case, with their result reshaped to rows of values. */
function programOf(steps: readonly ProgramStep[], size: number): TensorProgram {
  return {
    format: 'ztw-stage-program',
    version: 1,
    inputs: [{ name: 'image', rowShape }],
    previousLogits: null,
    outputs: [],
    logits: 'result',
    steps: [...steps, { operator: 'reshape', input: 'x', shape: [{ perRow: 1 }, size], output: 'result' }],
  };
}

async function runTensorflow(program: EmittedStageProgram, data: Tensor): Promise<Tensor> {
  const open = openProgram({
    tf,
    steps: program.steps,
    weights: weightsInMemory(decodeSafetensors(program.weights)),
    path: 'program.json',
    what: 'test',
  });
  const { logits } = open.run([data.clone()], null, rows);
  open.release();
  return logits;
}

function encoded(program: TensorProgram): EmittedStageProgram {
  return { steps: encodeTensorProgram(program), weights: encodeSafetensors(weights), outputOrders: [] };
}

/** Steps that programs can be written with as ONNX models, but that cannot be read back. */
const onlyToOnnx: ReadonlySet<string> = new Set(['tile']);

test.each(stepCases)('$name', async ({ name, steps }) => {
  const input: Parameter = { shape: [rows, 3, 4, 6], data: seededValues(99, rows * 72, 1) };
  const image = tensor(input.data.slice(), [...input.shape]);
  const map = transpose(image, [0, 2, 3, 1]);
  // Without the last step, to find the number of values in a row.
  const { steps: all, ...rest } = programOf(steps, 1);
  const result = await runTensorflow(encoded({ ...rest, logits: 'x', steps: all.slice(0, -1) }), map);
  const expected = (await result.data()) as Float32Array;
  const bytes = programToOnnx(programOf(steps, result.size / rows), weights);
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const { logits } = await session.run({ input: new ort.Tensor('float32', input.data, [...input.shape]) });
  await session.release();
  expectClose(logits!.data as Float32Array, expected, tolerance);
  if (onlyToOnnx.has(name)) {
    expect(() => emitStageProgram(bytes)).toThrow(UnsupportedModelError);
    return;
  }
  const back = await runTensorflow(emitStageProgram(bytes), image);
  expectClose((await back.data()) as Float32Array, expected, tolerance);
});

test.each<[string, ProgramStep]>([
  ['slice', { operator: 'slice', input: 'image', output: 'x', axis: 16, start: 0, length: 1, stride: 1 }],
  ['gather', { operator: 'gather', input: 'image', output: 'x', axis: 65536, indices: [0] }],
  ['concat', { operator: 'concat', inputs: ['image', 'image'], axis: 9, output: 'x' }],
  ['transpose', { operator: 'transpose', input: 'image', output: 'x', permutation: [0, 7, 1, 2] }],
])('refuses a %s along an axis that is not there', (_name, step) => {
  expect(() => programToOnnx(programOf([step], 1), weights)).toThrow(InvalidModelError);
});

test('refuses the program of a stage, and shapes that grow with the rows', () => {
  const image = { input: 'image', output: 'x' } as const;
  const program = programOf([{ ...image, operator: 'softmax' }], 72);
  const stage = { ...program, previousLogits: 'before' };
  expect(() => programToOnnx(stage, weights)).toThrow(InvalidInputError);
  const repeated = programOf([{ ...image, operator: 'tile', repeats: [{ perRow: 1 }, 1, 1, 1] }], 72);
  expect(() => programToOnnx(repeated, weights)).toThrow(UnsupportedModelError);
  const map = { ...program, logits: 'x' };
  expect(() => programToOnnx(map, weights)).toThrow('"x" has 4 axes');
});
