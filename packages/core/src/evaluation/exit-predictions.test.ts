import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryPredictions } from '../__fixtures__/arbitrary-predictions.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { logSoftmax } from '../numeric/softmax.ts';
import { summariseExits } from './exit-outcome.ts';
import { type PredictionsFromLogitsOptions, predictionsFromLogits, selectPredictions } from './exit-predictions.ts';

const valid: PredictionsFromLogitsOptions = {
  logits: [Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 0, 0, 1)],
  labels: Int32Array.of(0, 1),
  classes: 2,
  exitMacs: [10, 20],
};

describe('predictionsFromLogits', () => {
  it('normalises each row, keeps the largest probability, and the first of equal answers', () => {
    const { probabilities, confidences, answers } = predictionsFromLogits({
      ...valid,
      logits: [Float32Array.of(0, Math.log(3), 5, 5)],
      exitMacs: [1],
    });
    // rtol 1e-6: float32.
    expect(probabilities[0]![0]).toBeCloseTo(0.25, 6);
    expect(confidences[0]![0]).toBeCloseTo(0.75, 6);
    expect([...answers[0]!]).toEqual([1, 0]);
    expect(confidences[0]![1]).toBe(0.5);
  });

  it('takes log-probabilities as well: they are their own logits', () => {
    const logits = Float32Array.of(3, -1, 0.5, 2, 900, -900);
    const labels = Int32Array.of(0, 1, 0);
    const from = (values: Float32Array) =>
      predictionsFromLogits({ logits: [values], labels, classes: 2, exitMacs: [1] }).probabilities[0]!;
    const direct = from(logits);
    // atol 1e-6: log and exp round once each in float32.
    from(logSoftmax(logits, 2)).forEach((probability, index) => {
      expect(probability).toBeCloseTo(direct[index]!, 6);
    });
  });

  it('takes a probability of 0 as log-probability -Infinity', () => {
    const logits = [Float32Array.of(0, Number.NEGATIVE_INFINITY)];
    const { confidences } = predictionsFromLogits({ logits, labels: Int32Array.of(0), classes: 2, exitMacs: [1] });
    expect(confidences[0]![0]).toBe(1);
  });

  const damages: readonly (readonly [string, Partial<PredictionsFromLogitsOptions>, RegExp])[] = [
    ['no rows', { labels: new Int32Array(), logits: [new Float32Array(), new Float32Array()] }, /no row/],
    [
      'a wrong number of logits',
      { logits: [Float32Array.of(1, 2), valid.logits[1]!] },
      /4 logits of exit 0; received 2/,
    ],
    ['a label that is no class', { labels: Int32Array.of(0, 2) }, /label from 0 to 1 for row 1; received 2/],
    ['a negative label', { labels: Int32Array.of(-1, 0) }, /label from 0 to 1 for row 0/],
    ['a cost too few', { exitMacs: [10] }, /2 exits and 1 costs/],
    ['no exit', { logits: [], exitMacs: [] }, /at least one exit/],
    ['costs that fall', { exitMacs: [20, 10] }, /received 10 MACs at exit 1/],
    ['a cost that is not finite', { exitMacs: [10, Number.POSITIVE_INFINITY] }, /received Infinity MACs at exit 1/],
    ['NaN', { logits: [valid.logits[0]!, Float32Array.of(0, 1, 1, Number.NaN)] }, /row 1 at exit 1/],
    ['infinity', { logits: [Float32Array.of(Number.POSITIVE_INFINITY, 1, 1, 1), valid.logits[1]!] }, /row 0 at exit 0/],
    [
      'nothing finite',
      { logits: [new Float32Array(4).fill(Number.NEGATIVE_INFINITY), valid.logits[1]!] },
      /Expected finite logits of row 0 at exit 0/,
    ],
  ];
  it.each(damages)('refuses %s', (_what, change, message) => {
    expect(() => predictionsFromLogits({ ...valid, ...change })).toThrow(InvalidInputError);
    expect(() => predictionsFromLogits({ ...valid, ...change })).toThrow(message);
  });
});

describe('selectPredictions', () => {
  it('keeps every measure of a row with its row', () => {
    fc.assert(
      fc.property(arbitraryPredictions, fc.infiniteStream(fc.boolean()), (predictions, coin) => {
        const { rows, classes } = predictions;
        const chosen = Array.from({ length: rows }, (_, row) => row).filter(() => coin.next().value);
        const selected = Int32Array.from(chosen.length === 0 ? [rows - 1] : chosen.reverse());
        const picked = selectPredictions(predictions, selected);
        expect(picked.rows).toBe(selected.length);
        selected.forEach((row, position) => {
          expect(picked.labels[position]).toBe(predictions.labels[row]);
          predictions.probabilities.forEach((values, exitIndex) => {
            const at = (array: Float32Array, index: number) => [
              ...array.subarray(index * classes, (index + 1) * classes),
            ];
            expect(at(picked.probabilities[exitIndex]!, position)).toEqual(at(values, row));
            expect(picked.confidences[exitIndex]![position]).toBe(predictions.confidences[exitIndex]![row]);
            expect(picked.answers[exitIndex]![position]).toBe(predictions.answers[exitIndex]![row]);
          });
        });
      }),
    );
  });

  it.each([[[]], [[2]], [[-1]], [[0, 1, 0]]])('refuses rows %j of 2', (rows) => {
    expect(() => selectPredictions(predictionsFromLogits(valid), Int32Array.from(rows))).toThrow(InvalidInputError);
  });
});

describe('summariseExits', () => {
  it('counts a live run', () => {
    const outcome = summariseExits(predictionsFromLogits(valid), Int32Array.of(1, 0));
    expect(outcome).toMatchObject({ accuracy: 1, macs: 15, histogram: [1, 1] });
  });

  it.each([[[0]], [[0, 2]], [[0, -1]]])('refuses exits %j of 2 rows and 2 exits', (exits) => {
    expect(() => summariseExits(predictionsFromLogits(valid), Int32Array.from(exits))).toThrow(InvalidInputError);
  });
});
