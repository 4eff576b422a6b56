// Predicts how long operations take, from their MACs and bytes and the rates of a device. Only a measurement
// (`measureStages`) tells the time; a prediction serves to choose cuts and heads before there is anything to measure.

import { InvalidInputError } from '../errors/errors.ts';
import type { DeviceRates } from './device-rates.ts';
import type { OperationCost } from './operation-cost.ts';

/**
 * Predicted time of operations that run one after the other:
 * `sum (fixed + weights / speed + rows (macs / speed + activations / speed)) / rows`.
 * Computing and memory are added, because one thread overlaps them little.
 * @param rows Rows that run together.
 * @returns milliseconds per row.
 * @throws InvalidInputError for a number of rows that is not a positive integer.
 * @example predictMilliseconds(segmentOperations(segment), defaultRates.native, 1)
 */
export function predictMilliseconds(operations: readonly OperationCost[], rates: DeviceRates, rows: number): number {
  if (!(Number.isSafeInteger(rows) && rows >= 1)) {
    throw new InvalidInputError(`Expected a whole number of rows of at least 1; received ${rows}.`, {
      expected: 'a whole number of at least 1',
      received: rows,
      path: 'rows',
    });
  }
  return operations.reduce((sum, operation) => sum + operationMilliseconds(operation, rates, rows), 0);
}

function operationMilliseconds(operation: OperationCost, rates: DeviceRates, rows: number): number {
  const { gigaMacsPerSecond, gigabytesPerSecond } = rates.operations[operation.kind];
  const once = rates.operationMilliseconds + millisecondsFor(operation.weightBytes, rates.weightGigabytesPerSecond);
  return (
    once / rows +
    millisecondsFor(operation.macs, gigaMacsPerSecond) +
    millisecondsFor(operation.activationBytes, gigabytesPerSecond)
  );
}

/** @param gigaPerSecond 1e9 units per second; null: no limit. */
function millisecondsFor(amount: number, gigaPerSecond: number | null): number {
  return gigaPerSecond === null ? 0 : amount / (1e6 * gigaPerSecond);
}
