/** A training method: `ztw` (cascade and ensemble) or `sdn` (neither). */
export const methods = ['ztw', 'sdn'] as const;

export type Method = (typeof methods)[number];

/** A bundle's method; `plain` is a chain of networks without any IC. */
export type BundleMethod = Method | 'plain';
