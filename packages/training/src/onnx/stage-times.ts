import type { DeviceProfile } from '@ztw/core';

/** Where the times of stages come from, where budgets or the judgement of exits need them. */
export interface StageTimes {
  /** Rows that run together. */
  readonly batchSize: number;
  /** Of all exits; null: this device is measured. */
  readonly profile: DeviceProfile | null;
}
