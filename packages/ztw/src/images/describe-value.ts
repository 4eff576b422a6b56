// Values of callers, in words. Plain JavaScript passes anything.

/** The kind of a value, across frames and threads, where `instanceof` does not hold: `HTMLImageElement`. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** A short description of any value, for messages. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  const tag = tagOf(value);
  if (tag === 'Object') {
    const keys = Object.keys(value as object).slice(0, 4);
    return keys.length === 0 ? 'an empty object' : `an object with ${keys.join(', ')}`;
  }
  if (tag === 'Number' || tag === 'Boolean') return String(value);
  if (tag === 'String') return `'${String(value).slice(0, 60)}'`;
  return /^[AEIOU]/.test(tag) ? `an ${tag}` : `a ${tag}`;
}
