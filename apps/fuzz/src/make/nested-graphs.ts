import { joined } from './mutate-bytes.ts';

/**
 * An ONNX file whose graph holds a node, whose attribute holds a graph, and so on. It is written byte by byte, because
 * writers of messages refuse to go as deep.
 */
export function nestedGraphs(depth: number): Uint8Array {
  // The innermost graph, empty. From the inside: the fields `g` of an attribute, `attribute` of a node, `node` of a graph.
  let graph: Uint8Array = new Uint8Array();
  for (let level = 0; level < depth; level++) graph = field(1, field(5, field(6, graph)));
  // The model's `opset_import` of version 13, and its `graph`.
  return joined(field(8, Uint8Array.of(0x10, 13)), field(7, graph));
}

/** One field of bytes: its tag, the length as a varint, the content. */
function field(number: number, content: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let rest = content.length; ; rest >>>= 7) {
    if (rest < 0x80) {
      length.push(rest);
      break;
    }
    length.push((rest & 0x7f) | 0x80);
  }
  return joined(Uint8Array.of((number << 3) | 2, ...length), content);
}
