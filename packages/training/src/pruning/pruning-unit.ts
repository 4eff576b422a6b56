export const pruningUnits = ['macs', 'milliseconds'] as const;

/** The unit of an exit's cost. */
export type PruningUnit = (typeof pruningUnits)[number];
