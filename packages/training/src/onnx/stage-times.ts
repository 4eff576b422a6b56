import type { DeviceProfile } from '@ztw/core';

/** The source of stage times, for time budgets and for judging exits. */
export interface StageTimes {
  /** Batch size. */
  readonly batchSize: number;
  /** Profile of all exits; null to measure this device. */
  readonly profile: DeviceProfile | null;
}
