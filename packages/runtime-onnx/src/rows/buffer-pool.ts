// Arrays that are used again and again: a new one of some megabytes costs the system as much time as filling it.

/** Arrays kept for later; more are left to the garbage collector. */
const mostSpare = 4;

export class BufferPool {
  #spare: Float32Array[] = [];

  /** @returns an array of this length with whatever values it had. */
  take(length: number): Float32Array {
    const index = this.#spare.findIndex((buffer) => buffer.length >= length);
    if (index < 0) return new Float32Array(length);
    const [buffer] = this.#spare.splice(index, 1) as [Float32Array];
    return buffer.length === length ? buffer : buffer.subarray(0, length);
  }

  /** Takes an array of `take` back that nobody reads any more. */
  give(buffer: Float32Array): void {
    const whole = new Float32Array(buffer.buffer);
    this.#spare = [...this.#spare, whole].sort((a, b) => a.length - b.length).slice(-mostSpare);
  }
}
