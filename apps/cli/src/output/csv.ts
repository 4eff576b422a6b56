/**
 * RFC 4180: comma-separated, fields with commas, quotes or line breaks in quotes, quotes doubled; ends in a line break.
 */
export function renderCsv(titles: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [titles, ...rows].map((row) => `${row.map(field).join(',')}\n`).join('');
}

function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
