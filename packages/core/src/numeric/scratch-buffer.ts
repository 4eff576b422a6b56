/**
 * Makes a supplier of one float32 buffer that is used again at every step and grows when more is asked for.
 * What it returns holds stale values and is valid until the next call.
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
