export const pruningUnits = ['macs', 'milliseconds'] as const;

/** What an exit's cost is counted in. */
export type PruningUnit = (typeof pruningUnits)[number];
