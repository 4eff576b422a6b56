// Arrays that are reused: allocating one of some megabytes takes as long as filling it.

/** Largest number of arrays kept for later. The garbage collector takes any others. */
const mostSpare = 4;

export class BufferPool {
  #spare: Float32Array[] = [];

  /** @returns an array of this length. Its values are arbitrary. */
  take(length: number): Float32Array {
    const index = this.#spare.findIndex((buffer) => buffer.length >= length);
    if (index < 0) return new Float32Array(length);
    const [buffer] = this.#spare.splice(index, 1) as [Float32Array];
    return buffer.length === length ? buffer : buffer.subarray(0, length);
  }

  /** Takes back an array of `take`. Nothing may read it any more. */
  give(buffer: Float32Array): void {
    const whole = new Float32Array(buffer.buffer);
    this.#spare = [...this.#spare, whole].sort((a, b) => a.length - b.length).slice(-mostSpare);
  }
}
