// NumPy's .npy files: a magic, a version, a Python dict as text, then the values in one block.
// Source: the format description in numpy.lib.format. C order only; little-endian or single bytes.

import { InvalidDataError } from '@ztw/core';
import { float16ToNumber, numberToFloat16 } from './float16.ts';
import { npyHeaderBytesLimit } from './limits.ts';

/** Element types that are read and written, named as in NumPy without the byte order. */
export type NpyType = 'u1' | 'i4' | 'i8' | 'f2' | 'f4' | 'f8';

export type NpyData = Uint8Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

export interface NpyArray {
  readonly type: NpyType;
  readonly shape: readonly number[];
  /** Row-major; `f2` is widened to a Float32Array. `u1` is a view of the file's bytes, all others are copies. */
  readonly data: NpyData;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const bytesOf: Readonly<Record<NpyType, number>> = { u1: 1, i4: 4, i8: 8, f2: 2, f4: 4, f8: 8 };

/** True where the bytes begin like a .npy file. */
export function isNpy(head: Uint8Array): boolean {
  return magic.every((byte, index) => head[index] === byte);
}

/**
 * Reads a .npy file, version 1 or 2.
 * @param source Name of the file, for messages.
 * @throws InvalidDataError for another format, type, order or length.
 */
export function readNpy(bytes: Uint8Array, source: string): NpyArray {
  if (!isNpy(bytes))
    throw new InvalidDataError(`${source} is not a .npy file: it does not begin with \\x93NUMPY.`, { path: source });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6];
  if (major !== 1 && major !== 2) {
    throw new InvalidDataError(
      `${source} is a .npy file of version ${major}; versions 1 and 2 can be read. Save it again with numpy.save.`,
      { path: source },
    );
  }
  const lengthBytes = major === 1 ? 2 : 4;
  const headerStart = 8 + lengthBytes;
  if (bytes.length < headerStart) throw truncated(source);
  const headerLength = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (headerLength > npyHeaderBytesLimit) {
    throw new InvalidDataError(
      `${source} has a .npy header of ${headerLength} bytes; at most ${npyHeaderBytesLimit} are read. The file is damaged.`,
      { path: source },
    );
  }
  const dataStart = headerStart + headerLength;
  if (bytes.length < dataStart) throw truncated(source);

  const { type, shape } = parseHeader(new TextDecoder('latin1').decode(bytes.subarray(headerStart, dataStart)), source);
  const elements = shape.reduce((product, size) => product * size, 1);
  const block = bytes.subarray(dataStart);
  if (block.length !== elements * bytesOf[type]) {
    throw new InvalidDataError(
      `${source} should hold ${elements} values of ${bytesOf[type]} bytes (shape ${shape.join(' x ')}) and holds ${block.length} bytes. The file is damaged or incomplete.`,
      { path: source },
    );
  }
  return { type, shape, data: decode(block, type, elements) };
}

/**
 * Writes a .npy file, version 1.
 * @param type Defaults to the type of the array; `f2` narrows a Float32Array.
 */
export function writeNpy(data: NpyData, shape: readonly number[], type: NpyType = typeOf(data)): Uint8Array {
  const elements = shape.reduce((product, size) => product * size, 1);
  if (elements !== data.length)
    throw new Error(`internal: shape ${shape.join(' x ')} does not fit ${data.length} values`);
  const order = type === 'u1' ? '|' : '<';
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dictionary = `{'descr': '${order}${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // The block of values starts at a multiple of 64 bytes, as in files of NumPy.
  const headerLength = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const header = `${dictionary.padEnd(headerLength - 1)}\n`;
  const block = encode(data, type);
  const bytes = new Uint8Array(10 + headerLength + block.length);
  bytes.set([...magic, 1, 0, headerLength & 0xff, headerLength >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(block, 10 + headerLength);
  return bytes;
}

/**
 * The values of an integer array as int32, e.g. labels or row numbers.
 * @throws InvalidDataError for an array of fractions, or a value that does not fit.
 */
export function npyIntegers(array: NpyArray, source: string): Int32Array {
  const { data } = array;
  if (data instanceof Int32Array) return data;
  if (data instanceof Float32Array || data instanceof Float64Array) {
    throw new InvalidDataError(
      `${source} holds ${array.type} values, expected whole numbers (u1, i4 or i8). Save it with .astype('int64').`,
      { path: source },
    );
  }
  const integers = new Int32Array(data.length);
  for (let index = 0; index < data.length; index++) {
    const value = Number(data[index]);
    integers[index] = value;
    if (integers[index] !== value) {
      throw new InvalidDataError(`${source} holds ${value} at position ${index}, which does not fit 32 bits.`, {
        path: source,
      });
    }
  }
  return integers;
}

function parseHeader(text: string, source: string): { type: NpyType; shape: number[] } {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const tuple = /'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || tuple === undefined) {
    throw new InvalidDataError(`${source} has an unreadable .npy header: ${text.trim().slice(0, 120)}`, {
      path: source,
    });
  }
  const type = descr.replace(/^[<|=]/, '');
  if (!isNpyType(type)) {
    throw new InvalidDataError(
      `${source} holds values of type ${descr}; readable are ${Object.keys(bytesOf).join(', ')}, little-endian. Convert it with .astype(...).`,
      { path: source },
    );
  }
  if (order === 'True') {
    throw new InvalidDataError(
      `${source} is in Fortran order, expected C order. Save it with numpy.ascontiguousarray(...).`,
      { path: source },
    );
  }
  const shape = tuple
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map(Number);
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    throw new InvalidDataError(`${source} has an unreadable shape: (${tuple})`, { path: source });
  }
  return { type, shape };
}

function isNpyType(type: string): type is NpyType {
  return Object.hasOwn(bytesOf, type);
}

function typeOf(data: NpyData): NpyType {
  if (data instanceof Uint8Array) return 'u1';
  if (data instanceof Int32Array) return 'i4';
  if (data instanceof BigInt64Array) return 'i8';
  return data instanceof Float32Array ? 'f4' : 'f8';
}

function decode(block: Uint8Array, type: NpyType, elements: number): NpyData {
  if (type === 'u1') return block;
  // A copy, because the block may not be aligned for wider types. `slice` of a Buffer would be a view.
  const aligned = new Uint8Array(block).buffer;
  switch (type) {
    case 'i4':
      return new Int32Array(aligned);
    case 'i8':
      return new BigInt64Array(aligned);
    case 'f4':
      return new Float32Array(aligned);
    case 'f8':
      return new Float64Array(aligned);
    case 'f2': {
      const bits = new Uint16Array(aligned);
      const values = new Float32Array(elements);
      for (let index = 0; index < elements; index++) values[index] = float16ToNumber(bits[index] as number);
      return values;
    }
  }
}

function encode(data: NpyData, type: NpyType): Uint8Array {
  if (type === 'f2' && data instanceof Float32Array) {
    const bits = new Uint16Array(data.length);
    for (let index = 0; index < data.length; index++) bits[index] = numberToFloat16(data[index] as number);
    return new Uint8Array(bits.buffer);
  }
  if (type !== typeOf(data)) throw new Error(`internal: a ${data.constructor.name} cannot be written as ${type}`);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function truncated(source: string): InvalidDataError {
  return new InvalidDataError(`${source} ends inside its .npy header. The file is incomplete.`, { path: source });
}
