// IDX, the format of MNIST: two zero bytes, an element type, the number of axes, their sizes (big-endian), the values.
// Source: the description on the MNIST page (Y. LeCun). Only unsigned bytes are read.

import { InvalidDataError } from '@ztw/core';

export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major; a view of the file's bytes. */
  readonly data: Uint8Array;
}

const unsignedByte = 0x08;

/** True where the bytes begin like an IDX file of one to four axes. */
export function isIdx(head: Uint8Array): boolean {
  const [zero, alsoZero, type, axes] = head;
  return zero === 0 && alsoZero === 0 && type !== undefined && type >= 0x08 && type <= 0x0e && isAxes(axes);
}

/**
 * @param source Name of the file, for messages.
 * @throws InvalidDataError for another element type, or a length that does not match the sizes.
 */
export function readIdx(bytes: Uint8Array, source: string): IdxArray {
  const axes = bytes[3];
  if (!isIdx(bytes) || axes === undefined)
    throw new InvalidDataError(`Expected an IDX file; ${source} is not one.`, { path: source });
  if (bytes[2] !== unsignedByte) {
    throw new InvalidDataError(
      `${source} is an IDX file of element type 0x${bytes[2]?.toString(16)}, expected unsigned bytes (0x08).`,
      { path: source },
    );
  }
  const dataStart = 4 + 4 * axes;
  if (bytes.length < dataStart)
    throw new InvalidDataError(`${source} ends inside its IDX header. The file is incomplete.`, { path: source });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const elements = shape.reduce((product, size) => product * size, 1);
  const data = bytes.subarray(dataStart);
  if (data.length !== elements) {
    throw new InvalidDataError(
      `${source} should hold ${elements} values (${shape.join(' x ')}) and holds ${data.length}. The file is damaged or incomplete.`,
      { path: source },
    );
  }
  return { shape, data };
}

function isAxes(axes: number | undefined): boolean {
  return axes !== undefined && axes >= 1 && axes <= 4;
}
