import { expect, it } from 'vitest';
import { logSoftmax } from '../numeric/softmax.ts';
import { lastPrediction } from './last-prediction.ts';

it('answers by the current exit alone', () => {
  const ensemble = lastPrediction();
  const early = ensemble.update(ensemble.init(3, 2), 0, Float32Array.of(9, 0, 0, 9, 1, 2));
  const kept = ensemble.keepRows(early.state, Int32Array.of(1, 2));
  const logits = Float32Array.of(1, 2, 3, 4);
  expect(ensemble.update(kept, 1, logits).logProbabilities).toEqual(logSoftmax(logits, 2));
});
