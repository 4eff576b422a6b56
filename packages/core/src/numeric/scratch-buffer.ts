/**
 * Makes a function that supplies one float32 buffer. The buffer is reused at every step and grows when a larger one is
 * needed.
 * The returned array holds old values and is valid until the next call.
 */
export function createScratchBuffer(): (length: number) => Float32Array {
  let buffer = new Float32Array(0);
  return (length) => {
    if (buffer.length < length) {
      buffer = new Float32Array(length);
    }
    return buffer.length === length ? buffer : buffer.subarray(0, length);
  };
}
