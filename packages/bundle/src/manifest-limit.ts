/**
 * Most bytes of a bundle's manifest, which says how large all other files are: a list of 100,000 files takes 20 MiB.
 */
export const manifestBytesLimit: number = 64 * 2 ** 20;
