import { mutateJson } from '../../../../packages/runtime-tfjs/test/support/mutate-json.ts';
import type { Random } from '../random.ts';
import { jsonBytes } from './bundle-files.ts';
import { mutateBytes } from './mutate-bytes.ts';

/** A JSON document as a file: as it was, with values or structure changed, or with bytes changed. */
export function mutateDocument(document: unknown, random: Random): Uint8Array {
  const kind = random.below(10);
  if (kind === 0) return jsonBytes(document);
  if (kind < 8) return jsonBytes(mutateJson(document, random.next, 1 + random.below(3)));
  if (kind === 8) return mutateBytes(jsonBytes(document), random, 1 + random.below(3));
  return nested(document, random);
}

/** One field that holds lists or objects inside one another, up to far too many. */
function nested(document: unknown, random: Random): Uint8Array {
  const depth = random.pick([5, 90, 99, 100, 101, 5000, 100_000]);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const);
  const deep = `${open.repeat(depth)}1${close.repeat(depth)}`;
  const text = new TextDecoder().decode(jsonBytes(document));
  const at = [...text.matchAll(/: /g)].map(({ index }) => index + 2);
  const place = random.pick(at);
  // The value that was there stays behind as another field.
  return new TextEncoder().encode(`${text.slice(0, place)}${deep}, "more": ${text.slice(place)}`);
}
