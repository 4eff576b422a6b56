import { expect, test } from 'vitest';
import { createWorkMeter } from './work-meter.ts';

test('adds up shares of all kinds, and tells the rest from the speed of each', () => {
  const meter = createWorkMeter({ features: 100, training: 300, logits: 0 });
  expect(meter.overall().fraction).toBe(0);
  meter.add('features', 50, 1);
  meter.add('training', 30, 3);
  expect(meter.overall()).toEqual({ fraction: 80 / 400, etaSeconds: 50 / 50 + 270 / 10 });
  expect(meter.seconds('training')).toBe(3);
  // What a checkpoint holds is done, but says nothing about the speed.
  meter.skip('training', 100);
  expect(meter.overall()).toEqual({ fraction: 180 / 400, etaSeconds: 1 + 17 });
});

test('is done where there is nothing to do', () => {
  expect(createWorkMeter({ features: 0, training: 0, logits: 0 }).overall()).toEqual({ fraction: 1, etaSeconds: 0 });
});
