import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../errors/errors.ts';
import { defaultRates } from './default-rates.ts';
import { scaleRates } from './device-rates.ts';
import { type OperationCost, operationKinds } from './operation-cost.ts';
import { predictMilliseconds } from './predict-milliseconds.ts';

const rates = {
  ...defaultRates.native,
  operations: {
    ...defaultRates.native.operations,
    product: { gigaMacsPerSecond: 10, gigabytesPerSecond: 20 },
    move: { gigaMacsPerSecond: null, gigabytesPerSecond: null },
  },
  weightGigabytesPerSecond: 4,
  operationMilliseconds: 0.5,
};
const product: OperationCost = { kind: 'product', macs: 20e6, weightBytes: 8e6, activationBytes: 40e6 };
const operation = fc.record({
  kind: fc.constantFrom(...operationKinds),
  macs: fc.nat(1e9),
  weightBytes: fc.nat(1e9),
  activationBytes: fc.nat(1e9),
});
const operations = fc.array(operation, { minLength: 1, maxLength: 5 });
const anyRates = fc.constantFrom(...Object.values(defaultRates));

describe('predicted milliseconds', () => {
  test('compute, activations, weights and the fixed time add up', () => {
    // 20e6 MACs at 10e9 per second: 2 ms; 40 MB at 20 GB/s: 2 ms; 8 MB of weights at 4 GB/s: 2 ms; fixed 0.5 ms.
    expect(predictMilliseconds([product], rates, 1)).toBeCloseTo(6.5, 12);
  });

  test('a batch shares weights and fixed time', () => {
    expect(predictMilliseconds([product], rates, 4)).toBeCloseTo(4 + 2.5 / 4, 12);
  });

  test('what does not limit costs only the fixed time', () => {
    expect(predictMilliseconds([{ ...product, kind: 'move', weightBytes: 0 }], rates, 1)).toBe(0.5);
  });

  test('more work is never faster, a larger batch is never slower per row', () => {
    fc.assert(
      fc.property(operations, operation, anyRates, fc.integer({ min: 1, max: 64 }), (some, one, device, rows) => {
        const time = predictMilliseconds(some, device, rows);
        expect(predictMilliseconds([...some, one], device, rows)).toBeGreaterThan(time);
        expect(predictMilliseconds(some, device, rows + 1)).toBeLessThan(time);
      }),
    );
  });

  test('a device of half the speed takes twice the time', () => {
    fc.assert(
      fc.property(operations, anyRates, (some, device) => {
        const slower = predictMilliseconds(some, scaleRates(device, 2), 3);
        // atol 0; rtol 1e-12 for the order of sums.
        expect(slower / predictMilliseconds(some, device, 3)).toBeCloseTo(2, 11);
      }),
    );
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses %d rows', (rows) => {
    expect(() => predictMilliseconds([product], rates, rows)).toThrow(InvalidInputError);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses the factor %d', (factor) => {
    expect(() => scaleRates(rates, factor)).toThrow(InvalidInputError);
  });
});
