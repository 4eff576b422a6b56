/**
 * An ONNX file whose graph holds a node, whose attribute holds a graph, and so on. It is written byte by byte, because
 * writers of messages refuse to go as deep.
 */
export function nestedGraphs(depth: number): Uint8Array {
  // From the inside: the fields `g` of an attribute, `attribute` of a node, `node` of a graph; then the model's `graph`.
  const tags = [...Array.from({ length: depth }, () => [6, 5, 1]).flat(), 7];
  const heads: Uint8Array[] = [];
  let length = 0;
  for (const tag of tags) {
    const head = fieldHead(tag, length);
    heads.push(head);
    length += head.length;
  }
  // The model's `opset_import` of version 13.
  return Buffer.concat([fieldHead(8, 2), Uint8Array.of(0x10, 13), ...heads.reverse()]);
}

/** The tag of a field of bytes, and their number as a varint. */
function fieldHead(number: number, bytes: number): Uint8Array {
  const length: number[] = [];
  let rest = bytes;
  for (; rest >= 0x80; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
  return Uint8Array.of((number << 3) | 2, ...length, rest);
}
