// How large the files may be that the jobs read as a whole. What real ones need lies far below.

const mebibyte: number = 2 ** 20;

/** Most bytes of an ONNX file: a limit of the format itself. */
export const networkBytesLimit: number = 2048 * mebibyte;

/** Most bytes of the `model.json` of TensorFlow.js; weights lie in files of their own. */
export const modelJsonBytesLimit: number = 256 * mebibyte;

/**
 * Most bytes of a bundle's manifest, which says how large all other files are: a list of 100,000 files takes 20 MiB.
 */
export const manifestBytesLimit: number = 64 * mebibyte;

/** Most bytes of a device profile. */
export const profileBytesLimit: number = 16 * mebibyte;
