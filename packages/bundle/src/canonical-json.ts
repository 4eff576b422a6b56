// JSON in the one form of RFC 8785: keys in the order of their UTF-16 code units, no spaces, numbers and texts as
// JavaScript writes them. Two files with the same values have the same form, whatever their layout.

/**
 * @param value As `JSON.parse` returns it.
 * @returns the text whose UTF-8 bytes are hashed.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(',')}}`;
}
