import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { stepCases } from '../__fixtures__/step-cases.ts';
import { programSteps, stepReads, stepSchema } from './program-steps.ts';

const steps = stepCases.flatMap(({ steps }) => steps);

test('every kind of step has a case', () => {
  expect(new Set(steps.map(({ operator }) => operator))).toEqual(new Set(Object.keys(programSteps)));
});

/** The function's name may equal the name of a tensor. */
const noNames = new Set(['operator', 'output', 'function', 'activation']);

describe.each(steps)('$operator to $output', (step) => {
  test('is read back unchanged', () => {
    expect(v.parse(stepSchema, JSON.parse(JSON.stringify(step)))).toEqual(step);
  });

  test('refuses other fields', () => {
    expect(v.is(stepSchema, { ...step, more: 1 })).toBe(false);
  });

  test('needs all of its fields', () => {
    for (const field of Object.keys(step)) {
      expect(v.is(stepSchema, { ...step, [field]: undefined }), field).toBe(false);
    }
  });

  test('reads every name in its fields', () => {
    const fields = Object.entries(step).filter(([field]) => !noNames.has(field));
    const expected = fields.flatMap(([, value]) => value as unknown).filter((value) => typeof value === 'string');
    expect([...stepReads(step)].sort()).toEqual(expected.sort());
  });
});

test.each([{ operator: 'fft', input: 'x', output: 'y' }, { operator: 'toString' }, { input: 'x' }, null, 'relu'])(
  '%j is no step',
  (step) => {
    expect(v.is(stepSchema, step)).toBe(false);
  },
);
