// Limits on files that jobs read as a whole. Real files are far smaller.

const mebibyte: number = 2 ** 20;

/** Most bytes of an ONNX file: a limit of the format itself. */
export const networkBytesLimit: number = 2048 * mebibyte;

/** Most bytes of the `model.json` of TensorFlow.js; weights are in separate files. */
export const modelJsonBytesLimit: number = 256 * mebibyte;

/** Most bytes of a key in PEM; one of Ed25519 takes 120. */
export const keyBytesLimit: number = 64 * 1024;

/** Most bytes of a device profile. */
export const profileBytesLimit: number = 16 * mebibyte;
