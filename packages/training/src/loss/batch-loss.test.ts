import { seededRandom } from '@ztw/heads';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../runtime-tfjs/src/__fixtures__/expect-close.ts';
import { type BatchTargets, batchLoss, type LossRecipe } from './batch-loss.ts';

const rows = 3;
const classes = 4;
const random = seededRandom(11);
const draw = () => Float32Array.from({ length: rows * classes }, () => random() * 6 - 3);
const logits = draw();
const teacherLogits = draw();
const labels = Int32Array.of(2, 0, 3);

const cases: readonly [string, BatchTargets, LossRecipe][] = [
  ['labels', { labels, teacherLogits: null }, { labelSmoothing: 0, distillation: null }],
  ['smoothed labels', { labels, teacherLogits: null }, { labelSmoothing: 0.2, distillation: null }],
  ['a teacher', { labels: null, teacherLogits }, { labelSmoothing: 0, distillation: { weight: 1, temperature: 3 } }],
  ['both', { labels, teacherLogits }, { labelSmoothing: 0.1, distillation: { weight: 0.7, temperature: 2 } }],
];

function lossOf(values: Float32Array, targets: BatchTargets, recipe: LossRecipe): number {
  return batchLoss(values, classes, targets, recipe, new Float32Array(values.length)).loss;
}

describe('batchLoss', () => {
  test.each(cases)('from %s has the gradient that differences show', (_, targets, recipe) => {
    const gradient = new Float32Array(logits.length);
    batchLoss(logits, classes, targets, recipe, gradient);
    const differences = logits.map((value, index) => {
      const shifted = (by: number) => lossOf(logits.with(index, value + by), targets, recipe);
      return (shifted(1 / 128) - shifted(-1 / 128)) * 64;
    });
    // Central differences are off by the third derivative times 2^-14 / 6.
    expectClose(gradient, differences, { rtol: 1e-3, atol: 2e-5 });
  });

  test('is the definition, written out', () => {
    const softmax = (values: Float32Array, row: number, temperature: number): readonly number[] => {
      const powers = [...values.subarray(row * classes, (row + 1) * classes)].map((value) =>
        Math.exp(value / temperature),
      );
      return powers.map((power) => power / powers.reduce((sum, each) => sum + each, 0));
    };
    let expected = 0;
    labels.forEach((label, row) => {
      softmax(logits, row, 1).forEach((probability, index) => {
        const target = (index === label ? 0.9 : 0) + 0.1 / classes;
        expected -= (0.3 * target * Math.log(probability)) / rows;
      });
      const student = softmax(logits, row, 2);
      softmax(teacherLogits, row, 2).forEach((probability, index) => {
        expected += (0.7 * 4 * probability * Math.log(probability / student[index]!)) / rows;
      });
    });
    expect(lossOf(logits, cases[3]![1], cases[3]![2])).toBeCloseTo(expected, 6);
  });

  test('is nothing where the student agrees with its teacher', () => {
    const gradient = new Float32Array(logits.length);
    const recipe = { labelSmoothing: 0, distillation: { weight: 1, temperature: 3 } };
    const { loss, correct } = batchLoss(logits, classes, { labels: null, teacherLogits: logits }, recipe, gradient);
    expect(loss).toBeCloseTo(0, 12);
    expect(correct).toBe(rows);
    expectClose(gradient, new Float32Array(gradient.length), { rtol: 0, atol: 1e-8 });
  });

  test('counts the rows whose answer is the label', () => {
    const values = Float32Array.of(0, 1, 5, 2, 4, 1, 1, 1, 0, 0, 9, 1);
    const recipe = { labelSmoothing: 0, distillation: null };
    expect(batchLoss(values, classes, { labels, teacherLogits: null }, recipe, new Float32Array(12)).correct).toBe(2);
  });

  test('is NaN where a logit is, and survives logits of any size', () => {
    const recipe = { labelSmoothing: 0, distillation: null };
    expect(lossOf(logits.with(5, NaN), { labels, teacherLogits: null }, recipe)).toBeNaN();
    const huge = Float32Array.of(1e30, 0, 0, -1e30);
    expect(lossOf(huge, { labels: Int32Array.of(0), teacherLogits: null }, recipe)).toBe(0);
  });
});
