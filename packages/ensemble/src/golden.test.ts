import { classify, confidenceThreshold, type EnsembleSpecification, softmax } from '@ztw/core';
import { logSoftmax } from '@ztw/core/runtime';
import { replayModel, rowNumbers } from '@ztw/core/testing';
import { describe, expect, test } from 'vitest';
import { type GoldenEnsemble, goldenEnsembles, goldenFits, goldenThresholds } from './__fixtures__/golden.ts';
import { ensembleFromSpecification } from './combine/ensemble-from-specification.ts';
import { arithmeticLoss } from './fit/arithmetic-loss.ts';
import { inLogWeights } from './fit/fit-exit.ts';
import { fitRows } from './fit/fit-rows.ts';
import { geometricLoss } from './fit/geometric-loss.ts';
import type { Objective } from './fit/objective.ts';

/** Float32 arithmetic of the original against float64 sums here: a few units in the sixth digit. */
const rtol = 1e-4;
const atol = 1e-5;

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  Array.from(expected).forEach((value, index) => {
    expect(Math.abs(actual[index]! - value), `[${index}] ${actual[index]} for ${value}`).toBeLessThanOrEqual(
      atol + rtol * Math.abs(value),
    );
  });
}

function lossOf(
  { kind, logits, classes }: Pick<GoldenEnsemble, 'kind' | 'logits' | 'classes'>,
  labels: Int32Array,
): Objective {
  const data = fitRows(logits, labels, classes);
  return kind === 'geometric'
    ? inLogWeights(geometricLoss(data, logits.length), logits.length)
    : arithmeticLoss(data, logits.length);
}

describe('stored ensembles of the original code', () => {
  test.for(goldenEnsembles().map((golden) => [golden.name, golden] as const))('%s', ([, golden]) => {
    const { kind, classes, rows, logits } = golden;
    const exits = logits.map((_, exit) => (exit === logits.length - 1 ? golden.exit : null));
    const ensemble = ensembleFromSpecification({ specificationVersion: 'v1', kind, classes, exits });
    let state = ensemble.init(rows, classes);
    let combined = new Float32Array();
    logits.forEach((exitLogits, exit) => {
      const update = ensemble.update(state, exit, exitLogits);
      state = update.state;
      combined = update.logProbabilities as Float32Array<ArrayBuffer>;
    });
    expectClose(combined, logSoftmax(golden.output, classes));
    expectClose(combined.map(Math.exp), golden.probabilities);
  });

  const withFit = goldenEnsembles().flatMap((golden) =>
    golden.fit ? [[golden.name, golden, golden.fit] as const] : [],
  );

  test('the constant that keeps logarithms finite is the original’s', () => {
    // One class with no chance at all: log of the float32 that is nearest to 1e-40.
    const denormal = goldenEnsembles().filter((golden) => golden.name.includes('denormal'));
    expect(denormal.length).toBeGreaterThan(0);
    for (const { output, classes } of denormal) {
      expect(logSoftmax(output, classes).some((value) => value < -92)).toBe(true);
    }
    // Nothing else lacks a loss.
    expect(withFit).toHaveLength(goldenEnsembles().length - denormal.length);
  });

  test.for(withFit)('loss and gradients of %s', ([, golden, fit]) => {
    const point = Float64Array.from([...golden.exit.weights, ...golden.exit.bias]);
    const gradient = new Float64Array(point.length);
    const loss = lossOf(golden, fit.labels).evaluate(point, gradient);
    expectClose([loss], [fit.loss]);
    expectClose(gradient, [...fit.gradWeights, ...fit.gradBias]);
  });

  test.for(goldenFits().map((golden) => [golden.name, golden] as const))('training run %s', ([, golden]) => {
    const objective = lossOf(golden, golden.labels);
    const point = Float64Array.from([...golden.start.weights, ...golden.start.bias]);
    const losses = adam(objective, point, golden.learningRate, golden.losses.length);
    expectClose(losses, golden.losses);
    expectClose(point, [...golden.end.weights, ...golden.end.bias]);
  });
});

/** Adam with PyTorch's defaults; moves `point` and returns the losses before each step. */
function adam(objective: Objective, point: Float64Array, learningRate: number, steps: number): number[] {
  const gradient = new Float64Array(point.length);
  const [first, second] = [new Float64Array(point.length), new Float64Array(point.length)];
  return Array.from({ length: steps }, (_, index) => {
    const loss = objective.evaluate(point, gradient);
    gradient.forEach((slope, i) => {
      first[i] = 0.9 * first[i]! + 0.1 * slope;
      second[i] = 0.999 * second[i]! + 0.001 * slope * slope;
      const mean = first[i]! / (1 - 0.9 ** (index + 1));
      const deviation = Math.sqrt(second[i]! / (1 - 0.999 ** (index + 1)));
      point[i] = point[i]! - (learningRate * mean) / (deviation + 1e-8);
    });
    return loss;
  });
}

describe('the original’s evaluation, live', () => {
  for (const golden of goldenThresholds()) {
    test.for(
      golden.thresholds.flatMap((stored) =>
        [golden.rows, 5, 1].map((batchSize) => [stored.threshold, batchSize, stored] as const),
      ),
    )(`${golden.name}: threshold %d in batches of %d`, async ([threshold, batchSize, stored]) => {
      const classes = golden.specification.classes;
      const { results } = await classify(replayModel({ classes, exits: golden.logits }), rowNumbers(golden.rows), {
        policy: confidenceThreshold(threshold),
        ensemble: ensembleFromSpecification(golden.specification),
        batchSize,
      });
      expect(results.map((result) => result.exitIndex)).toEqual(stored.exits);
      expectClose(
        results.flatMap((result) => [...result.probabilities]),
        softmax(stored.outputs, classes),
      );
    });
  }

  test.for(goldenThresholds().map((golden) => [golden.name, golden] as const))(
    '%s combines all rows alike',
    ([, golden]) => {
      const ensemble = ensembleFromSpecification(golden.specification);
      let state = ensemble.init(golden.rows, golden.specification.classes);
      golden.logits.forEach((logits, exit) => {
        const update = ensemble.update(state, exit, logits);
        state = update.state;
        expectClose(update.logProbabilities, logSoftmax(golden.combined[exit]!, golden.specification.classes));
      });
    },
  );

  test('covers both kinds', () => {
    const kinds = goldenThresholds().map((golden): EnsembleSpecification['kind'] => golden.specification.kind);
    expect(new Set(kinds)).toEqual(new Set(['geometric', 'arithmetic']));
  });
});
