export const pruningUnits = ['macs', 'milliseconds'] as const;

/** What an exit's cost is counted in. */
export type PruningUnit = (typeof pruningUnits)[number];

/** How exits are judged. */
export interface PruningOptions {
  readonly unit: PruningUnit;
  /** Share of answers that may be lost against the full network, 0 to 1; null for as much as the held-out images cannot tell from none. */
  readonly tolerance: number | null;
  /** Paths of other networks that could answer every row instead. */
  readonly alternatives: readonly string[];
}
