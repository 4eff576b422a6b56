import { type Ensemble, type EnsembleSpecification, InvalidInputError, InvalidModelError } from '@ztw/core';
import { logSoftmax, takeRows } from '@ztw/core/runtime';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arithmeticEnsemble } from './arithmetic-ensemble.ts';
import { ensembleFromSpecification } from './ensemble-from-specification.ts';
import { equalWeights } from './equal-weights.ts';
import { geometricEnsemble } from './geometric-ensemble.ts';
import { validateEnsemble } from './validate-ensemble.ts';

const exit0 = { weights: [0.1], bias: [0.2, -0.3] };
const exit1 = { weights: [0.1, -0.7], bias: [0, 0.4] };
const two: EnsembleSpecification = { specificationVersion: 'v1', kind: 'geometric', classes: 2, exits: [exit0, exit1] };

/** Combined log-probabilities after each exit, all rows staying. */
function combineAll<State>(
  ensemble: Ensemble<State>,
  classes: number,
  logits: readonly Float32Array[],
): Float32Array[] {
  let state = ensemble.init(logits[0]!.length / classes, classes);
  return logits.map((exitLogits, exit) => {
    const update = ensemble.update(state, exit, exitLogits);
    state = update.state;
    return update.logProbabilities;
  });
}

describe('combining', () => {
  const logits = [Float32Array.of(1, 0, -2, 3), Float32Array.of(0, 2, 5, 1)];

  test('equal weights give the geometric and the arithmetic mean', () => {
    const probabilities = logits.map((values) => logSoftmax(values, 2).map(Math.exp));
    const [p, q] = [probabilities[0]![0]!, probabilities[1]![0]!];
    const geometric = Math.sqrt(p * q) / (Math.sqrt(p * q) + Math.sqrt((1 - p) * (1 - q)));
    const last = (kind: EnsembleSpecification['kind']) =>
      combineAll(ensembleFromSpecification(equalWeights(kind, 2, 2)), 2, logits)[1]!.map(Math.exp);
    // float32 results
    expect(last('geometric')[0]).toBeCloseTo(geometric, 6);
    expect(last('arithmetic')[0]).toBeCloseTo((p + q) / 2, 6);
  });

  test('an exit without ensemble answers alone, and its prediction counts for those after it', () => {
    const alone: EnsembleSpecification = { ...two, exits: [null, exit1] };
    for (const kind of ['geometric', 'arithmetic'] as const) {
      const [first, second] = combineAll(ensembleFromSpecification({ ...alone, kind }), 2, logits);
      expect(first).toEqual(logSoftmax(logits[0]!, 2));
      expect(second).toEqual(combineAll(ensembleFromSpecification({ ...two, kind }), 2, logits)[1]);
    }
  });

  test('stays finite and normalised where exits contradict each other with certainty', () => {
    const certain = [Float32Array.of(1e4, -1e4), Float32Array.of(-1e4, 1e4)];
    for (const kind of ['geometric', 'arithmetic'] as const) {
      const [, combined] = combineAll(ensembleFromSpecification({ ...two, kind }), 2, certain);
      expect(combined!.every(Number.isFinite)).toBe(true);
      expect(combined!.map(Math.exp).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
    }
  });

  test('gives rows that sum to 1, whatever the weights, and treats rows that left as if they had never been', () => {
    const number = fc.float({ min: -30, max: 30, noNaN: true });
    const scenario = fc.integer({ min: 1, max: 5 }).chain((classes) =>
      fc.integer({ min: 1, max: 5 }).chain((exits) =>
        fc.integer({ min: 0, max: 6 }).chain((rows) =>
          fc.record({
            classes: fc.constant(classes),
            rows: fc.constant(rows),
            kind: fc.constantFrom('geometric' as const, 'arithmetic' as const),
            logits: fc.array(fc.array(number, { minLength: rows * classes, maxLength: rows * classes }), {
              minLength: exits,
              maxLength: exits,
            }),
            values: fc.array(fc.float({ min: -3, max: 3, noNaN: true }), {
              minLength: exits + classes,
              maxLength: exits + classes,
            }),
            alone: fc.array(fc.boolean(), { minLength: exits, maxLength: exits }),
            stays: fc.array(fc.array(fc.boolean(), { minLength: rows, maxLength: rows }), {
              minLength: exits,
              maxLength: exits,
            }),
          }),
        ),
      ),
    );
    fc.assert(
      fc.property(scenario, ({ classes, rows, kind, logits, values, alone, stays }) => {
        const ensemble = ensembleFromSpecification({
          specificationVersion: 'v1',
          kind,
          classes,
          exits: logits.map((_, exit) =>
            alone[exit] ? null : { weights: values.slice(0, exit + 1), bias: values.slice(logits.length) },
          ),
        });
        const arrays = logits.map((exitLogits) => Float32Array.from(exitLogits));
        const whole = combineAll(ensemble, classes, arrays);
        let state = ensemble.init(rows, classes);
        let current = Int32Array.from({ length: rows }, (_, row) => row);
        arrays.forEach((exitLogits, exit) => {
          const update = ensemble.update(state, exit, takeRows(exitLogits, classes, current));
          expect(update.logProbabilities).toEqual(takeRows(whole[exit]!, classes, current));
          current.forEach((_, position) => {
            const row = update.logProbabilities.slice(position * classes, (position + 1) * classes);
            // float32 rounding of each of at most five terms
            expect(row.map(Math.exp).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
          });
          const kept = [...current].flatMap((row, position) => (stays[exit]![row] ? [position] : []));
          state = ensemble.keepRows(update.state, Int32Array.from(kept));
          current = current.filter((row) => stays[exit]![row]);
        });
      }),
    );
  });

  test('states are never changed in place', () => {
    const ensemble = geometricEnsemble(two);
    const first = Float32Array.from(logits[0]!);
    const { state } = ensemble.update(ensemble.init(2, 2), 0, first);
    const before = ensemble.update(state, 1, logits[1]!).logProbabilities;
    first.fill(99);
    ensemble.keepRows(state, Int32Array.of(1));
    expect(ensemble.update(state, 1, logits[1]!).logProbabilities).toEqual(before);
  });
});

describe('what does not fit', () => {
  const ensemble = geometricEnsemble(two);
  const start = ensemble.init(1, 2);

  test.for([
    ['another number of classes', () => ensemble.init(1, 3), /2 classes.*received 3/],
    ['an exit too early', () => ensemble.update(start, 1, new Float32Array(2)), /expected exit 0, received exit 1/],
    ['too few logits', () => ensemble.update(start, 0, new Float32Array(1)), /1 x 2 logits/],
    ['an exit too many', () => combineAll(ensemble, 2, Array(3).fill(new Float32Array(2))), /the 2 exits/],
    ['the other kind', () => arithmeticEnsemble(two), /arithmetic/],
    ['no exits', () => equalWeights('geometric', 0, 2), /positive numbers/],
  ] as const)('%s', ([, act, message]) => {
    expect(act).toThrow(InvalidInputError);
    expect(act).toThrow(message);
  });

  test.for([
    ['another version', { specificationVersion: 'v0' as 'v1' }, /v1/],
    ['another kind', { kind: 'harmonic' as 'geometric' }, /"harmonic"/],
    ['no classes', { classes: 0 }, /classes/],
    ['missing weights', { exits: [exit0, { ...exit1, weights: [1] }] }, /2 finite numbers as the weights of exit 1/],
    ['missing bias', { exits: [{ ...exit0, bias: [1] }] }, /bias of exit 0/],
    ['NaN', { exits: [{ ...exit0, weights: [Number.NaN] }] }, /weights of exit 0/],
  ] satisfies [string, Partial<EnsembleSpecification>, RegExp][])('a specification with %s', ([, change, message]) => {
    expect(() => validateEnsemble({ ...two, ...change })).toThrow(InvalidModelError);
    expect(() => ensembleFromSpecification({ ...two, ...change })).toThrow(message);
  });
});
