// IEEE 754 binary16 as bit patterns in a Uint16Array. Decoding is a table look-up, because it is in the innermost loop
// of training.

const decoded: Float32Array = /* @__PURE__ */ buildTable();

/** The value of each of the 65,536 bit patterns. Read-only. */
export function float16Table(): Float32Array {
  return decoded;
}

/**
 * The exact values of float16 bit patterns.
 * @param bits Any number of patterns.
 */
export function decodeFloat16(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length);
  decodeFloat16Into(values, bits);
  return values;
}

/** `decodeFloat16` into an existing array, four values at a time. */
export function decodeFloat16Into(output: Float32Array, bits: Uint16Array): void {
  const table = decoded;
  const whole = bits.length - (bits.length % 4);
  for (let index = 0; index < whole; index += 4) {
    output[index] = table[bits[index] as number] as number;
    output[index + 1] = table[bits[index + 1] as number] as number;
    output[index + 2] = table[bits[index + 2] as number] as number;
    output[index + 3] = table[bits[index + 3] as number] as number;
  }
  for (let index = whole; index < bits.length; index++) {
    output[index] = table[bits[index] as number] as number;
  }
}

/**
 * The nearest float16 of each number, ties to even, as bit patterns. Numbers that round to more than 65,504 become
 * infinity; NaN stays NaN.
 */
export function encodeFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint16Array(values.length);
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let index = 0; index < bits.length; index++) {
    bits[index] = encodeWord(words[index] as number);
  }
  return bits;
}

/** Converts the bit pattern of a float32 to that of a float16. */
function encodeWord(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fff_ffff;
  if (magnitude > 0x7f80_0000) {
    return sign | 0x7e00; // NaN
  }
  if (magnitude >= 0x4780_0000) {
    return sign | 0x7c00; // 65,536 and more, infinity included
  }
  if (magnitude >= 0x3880_0000) {
    // Normal in float16: subtract the difference of the biases (127 - 15 = 112), then round away 13 bits. A carry
    // correctly increases the exponent.
    return sign | roundShift(magnitude - (112 << 23), 13);
  }
  const exponent = magnitude >>> 23;
  if (exponent < 102) {
    return sign; // below half of the smallest subnormal
  }
  return sign | roundShift((magnitude & 0x7f_ffff) | 0x80_0000, 126 - exponent);
}

/** `value >> shift`, rounded to nearest, ties to even. */
function roundShift(value: number, shift: number): number {
  const half = 1 << (shift - 1);
  const rest = value & ((1 << shift) - 1);
  const floor = value >>> shift;
  return rest > half || (rest === half && (floor & 1) === 1) ? floor + 1 : floor;
}

function buildTable(): Float32Array {
  const table = new Float32Array(65_536);
  for (let bits = 0; bits < table.length; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >>> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0x1f) {
      table[bits] = fraction === 0 ? sign * Infinity : NaN;
    } else if (exponent === 0) {
      table[bits] = sign * fraction * 2 ** -24;
    } else {
      table[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
    }
  }
  return table;
}
