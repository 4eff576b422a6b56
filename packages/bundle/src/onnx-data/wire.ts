// The wire format of Protocol Buffers, as far as finding and replacing fields needs it: no messages are decoded, so the
// values of a large model are never copied.

import { InvalidModelError } from '@ztw/core';

/** Largest field number of the format. */
const largestNumber = 2 ** 29 - 1;

/** One field of a message. */
export interface WireField {
  readonly number: number;
  /** 0: varint, 1: 8 bytes, 2: bytes with a length, 5: 4 bytes. */
  readonly wireType: number;
  /** First byte of the field, its tag included. */
  readonly start: number;
  /** First byte of the value; for bytes, after their length. */
  readonly valueStart: number;
  /** End of the field (exclusive). */
  readonly end: number;
  /** Value of a varint; exact up to 2^53. 0 for other types. */
  readonly value: number;
}

/**
 * Fields of the message in `bytes[start, end)`, in order.
 * @throws InvalidModelError for bytes that are not a message.
 */
export function* wireFields(bytes: Uint8Array, start: number, end: number): Generator<WireField> {
  for (let position = start; position < end; ) {
    const tag = readVarint(bytes, position, end);
    const [number, wireType] = [Math.floor(tag.value / 8), tag.value % 8];
    const field = fieldAfter(bytes, tag.end, end, wireType);
    if (field === null || number === 0 || number > largestNumber || field.end > end) throw damaged(position);
    yield { number, wireType, start: position, ...field };
    position = field.end;
  }
}

function fieldAfter(
  bytes: Uint8Array,
  start: number,
  end: number,
  wireType: number,
): Pick<WireField, 'valueStart' | 'end' | 'value'> | null {
  if (wireType === 0) {
    const varint = readVarint(bytes, start, end);
    return { valueStart: start, end: varint.end, value: varint.value };
  }
  if (wireType === 1) return { valueStart: start, end: start + 8, value: 0 };
  if (wireType === 5) return { valueStart: start, end: start + 4, value: 0 };
  if (wireType !== 2) return null;
  const length = readVarint(bytes, start, end);
  return { valueStart: length.end, end: length.end + length.value, value: 0 };
}

/**
 * A number of up to ten bytes, exact up to 2^53.
 * @throws InvalidModelError where it is not complete.
 */
export function readVarint(
  bytes: Uint8Array,
  start: number,
  end: number,
): {
  readonly value: number;
  readonly end: number;
} {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const position = start + index;
    if (position >= end) break;
    const byte = bytes[position] as number;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: position + 1 };
  }
  throw damaged(start);
}

/** The start of a field with bytes: its tag and the length. */
export function bytesHeader(number: number, length: number): Uint8Array {
  return Uint8Array.from([...varint(number * 8 + 2), ...varint(length)]);
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...varint(Math.floor(value / 0x80))];
}

function damaged(position: number): InvalidModelError {
  return new InvalidModelError(
    `Expected an ONNX model; received bytes that are none at position ${position}. The file is truncated, damaged or of another format: copy or export it again.`,
    { expected: 'an ONNX model', received: `other bytes at ${position}` },
  );
}
