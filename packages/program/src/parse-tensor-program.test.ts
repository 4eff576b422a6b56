import { InvalidBundleError } from '@ztw/core';
import { describe, expect, test } from 'vitest';
import { parseTensorProgram } from './parse-tensor-program.ts';
import type { TensorProgram } from './tensor-program.ts';

const program: TensorProgram = {
  format: 'ztw-stage-program',
  version: 1,
  inputs: [{ name: 'features_0', rowShape: [2, 2, 3] }],
  previousLogits: 'previous_logits',
  outputs: [{ name: 'next', rowShape: [2, 2, 3] }],
  logits: 'dense',
  steps: [
    { operator: 'function', function: 'relu', input: 'features_0', output: 'next' },
    { operator: 'reduce', function: 'mean', input: 'next', axes: [1, 2], keepAxes: false, output: 'mean' },
    { operator: 'concat', inputs: ['mean', 'previous_logits'], axis: 1, output: 'joined' },
    { operator: 'dense', input: 'joined', weight: 'w', bias: null, activation: null, output: 'dense' },
  ],
};

const parse = (json: unknown): TensorProgram =>
  parseTensorProgram(new TextEncoder().encode(JSON.stringify(json)), new Map([['w', [6, 3]]]), 'stage-00.json').program;

describe('parseTensorProgram', () => {
  test('returns the program that was written', () => {
    expect(parse(program)).toEqual(program);
  });

  const [first, ...others] = program.steps;
  test.each<[string, unknown, RegExp]>([
    ['another version', { ...program, version: 2 }, /stage-00\.json: not a stage program .* version/],
    ['an unknown operator', { ...program, steps: [{ ...first, operator: 'fft' }, ...others] }, /steps\.0\.operator/],
    ['an unknown field', { ...program, steps: [{ ...first, axis: 1 }, ...others] }, /steps\.0/],
    [
      'a step that reads a later output',
      { ...program, steps: [...others, first] },
      /step "mean" reads "next", which no earlier step writes/,
    ],
    ['two steps with the same output', { ...program, steps: [first, ...program.steps] }, /"next" is written twice/],
    [
      'a step that overwrites an input',
      { ...program, steps: [{ ...first, output: 'features_0' }, ...others] },
      /"features_0" is written twice/,
    ],
    ['an output that is an input', { ...program, logits: 'features_0' }, /no step writes the output "features_0"/],
  ])('refuses %s', (_name, json, message) => {
    expect(() => parse(json)).toThrow(InvalidBundleError);
    expect(() => parse(json)).toThrow(message);
  });

  test('refuses bytes that are not JSON', () => {
    expect(() => parseTensorProgram(new Uint8Array([1, 2, 3]), new Map(), 'stage-00.json')).toThrow(/not JSON/);
  });
});

test.each(['steps', 'inputs'])('refuses deeply nested JSON in %s', (field) => {
  const levels = 200_000;
  const text = `{"${field}":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  expect(() => parseTensorProgram(new TextEncoder().encode(text), new Map(), 'stage.json')).toThrow(InvalidBundleError);
});
