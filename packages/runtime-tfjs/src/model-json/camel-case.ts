// The keys of a LayersModel's file, as TensorFlow.js reads them: `inbound_nodes` and `inboundNodes` are the same key.

import { maximumNesting } from './model-json-bounds.ts';
import { refuse } from './refuse.ts';

/** Depth of objects and lists: each nested model has its layers, a layer, its configuration, and the values in it. */
const maximumDepthOfJson = 8 * maximumNesting;

export function camelCase(text: string): string {
  return text.replace(/_+(\w|$)/g, (_match, next: string) => next.toUpperCase());
}

/** A copy with all keys in camel case. @throws InvalidModelError for a key that occurs in both forms. */
export function camelCaseKeys(json: unknown, path: string, depth = 0): unknown {
  if (depth > maximumDepthOfJson) refuse(path, `at most ${maximumDepthOfJson} levels`, 'more');
  if (Array.isArray(json)) return json.map((item, index) => camelCaseKeys(item, `${path}.${index}`, depth + 1));
  if (typeof json !== 'object' || json === null) return json;
  const copy = new Map<string, unknown>();
  for (const [key, value] of Object.entries(json)) {
    const name = camelCase(key);
    if (copy.has(name) || name in Object.prototype)
      refuse(`${path}.${key}`, 'each key once, and no member of Object.prototype', key);
    copy.set(name, camelCaseKeys(value, `${path}.${key}`, depth + 1));
  }
  return Object.fromEntries(copy);
}
