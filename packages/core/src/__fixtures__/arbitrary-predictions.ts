import fc from 'fast-check';
import { type ExitPredictions, predictionsFromLogits } from '../evaluation/exit-predictions.ts';

/**
 * Predictions of up to 5 exits on up to 12 rows. Logits are small whole numbers, so that confidences and answers often
 * tie.
 */
export const arbitraryPredictions: fc.Arbitrary<ExitPredictions> = fc
  .record({
    rows: fc.integer({ min: 1, max: 12 }),
    classes: fc.integer({ min: 2, max: 4 }),
    exitCount: fc.integer({ min: 1, max: 5 }),
  })
  .chain(({ rows, classes, exitCount }) => {
    const exactly = (length: number) => ({ minLength: length, maxLength: length });
    const logits = fc
      .array(fc.integer({ min: -2, max: 3 }), exactly(rows * classes))
      .map((values) => Float32Array.from(values));
    return fc
      .record({
        logits: fc.array(logits, exactly(exitCount)),
        labels: fc
          .array(fc.integer({ min: 0, max: classes - 1 }), exactly(rows))
          .map((values) => Int32Array.from(values)),
        steps: fc.array(fc.integer({ min: 0, max: 100 }), exactly(exitCount)),
      })
      .map(({ steps, ...rest }) => {
        let macs = 0;
        return predictionsFromLogits({ ...rest, classes, exitMacs: steps.map((step) => (macs += step)) });
      });
  });
