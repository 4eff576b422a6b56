// How large a stage program may be. Kernels compute addresses with 32 bits and trust the sizes that they are given, so
// that what passes these bounds must fit their memory.

/** Steps of one program. The largest networks with one step per group of channels have a few thousand. */
export const maximumSteps: number = 2 ** 16;

/** Axes of one tensor. */
export const maximumRank = 8;

/** Values of one tensor per row: 1 GiB of float32. */
export const maximumValuesPerRow: number = 2 ** 28;

/** Entries that a convolution or pool puts before or after an axis. */
export const maximumWindowPad: number = 2 ** 12;

/** Strides and dilations. */
export const maximumStride: number = 2 ** 12;

/** Values of all results of one program together, per row. */
export const maximumValuesOfAllSteps: number = 2 ** 32;
