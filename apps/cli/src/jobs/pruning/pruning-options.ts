export const pruningUnits = ['macs', 'milliseconds'] as const;

/** What an exit's cost is counted in. */
export type PruningUnit = (typeof pruningUnits)[number];

/** How exits are judged. */
export interface PruningOptions {
  readonly unit: PruningUnit;
  /** Share of answers that may be lost against the full network, 0 to 1. */
  readonly tolerance: number;
  /** File with a device profile of all exits, for milliseconds; null: this device is measured. */
  readonly profile: string | null;
  /** Rows that run together when times are measured, or read from the profile. */
  readonly batchSize: number;
  /** Paths of other networks that could answer every row instead. */
  readonly alternatives: readonly string[];
}
