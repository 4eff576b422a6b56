// How fast a device is, per kind of operation. A roofline per kind: it computes at one rate, and reads and writes at another.

import { InvalidInputError } from '../errors/errors.ts';
import { type OperationKind, operationKinds } from './operation-cost.ts';

/** The speed of a device for one kind of operation. Null: this resource does not limit it. */
export interface OperationRate {
  /** 1e9 multiply-accumulates per second. */
  readonly gigaMacsPerSecond: number | null;
  /** 1e9 bytes of activations per second, read and written. */
  readonly gigabytesPerSecond: number | null;
}

/** The speed of a device. Plain, JSON-safe data. */
export interface DeviceRates {
  readonly operations: Readonly<Record<OperationKind, OperationRate>>;
  /** 1e9 bytes of weights per second. */
  readonly weightGigabytesPerSecond: number;
  /** Fixed time of one operation, in milliseconds per run, for any number of rows. */
  readonly operationMilliseconds: number;
  /** Fixed time of one stage, in milliseconds per run, for any number of rows. */
  readonly stageMilliseconds: number;
}

/**
 * The rates of a device that is faster or slower in everything.
 * @param factor Its time for the same work, as a multiple; 2 for half the speed.
 * @throws InvalidInputError for a factor that is not a positive number.
 */
export function scaleRates(rates: DeviceRates, factor: number): DeviceRates {
  if (!(Number.isFinite(factor) && factor > 0)) {
    throw new InvalidInputError(`Expected a positive number as the factor of times; received ${factor}.`, {
      expected: 'a positive number',
      received: factor,
      path: 'factor',
    });
  }
  const slower = (rate: number | null): number | null => (rate === null ? null : rate / factor);
  return {
    operations: Object.fromEntries(
      operationKinds.map((kind) => {
        const { gigaMacsPerSecond, gigabytesPerSecond } = rates.operations[kind];
        return [kind, { gigaMacsPerSecond: slower(gigaMacsPerSecond), gigabytesPerSecond: slower(gigabytesPerSecond) }];
      }),
    ) as Record<OperationKind, OperationRate>,
    weightGigabytesPerSecond: rates.weightGigabytesPerSecond / factor,
    operationMilliseconds: rates.operationMilliseconds * factor,
    stageMilliseconds: rates.stageMilliseconds * factor,
  };
}
