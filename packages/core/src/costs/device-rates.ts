// How fast a device is, per kind of operation. A roofline per kind: it computes at one rate, and reads and writes at another.

import type { OperationKind } from './operation-cost.ts';

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
