// Numbers for people, formatted in one place so that all tables agree.

/** `125485696` -> `125.5 M`. */
export function formatCount(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(2)} G`;
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} M`;
  if (count >= 1e3) return `${(count / 1e3).toFixed(1)} k`;
  return String(Math.round(count));
}

/** `125485696` -> `125.5 MB`, in powers of a thousand. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${power === 0 ? Math.round(bytes) : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}

/** `0.9017` -> `90.17 %`. */
export function formatPercent(fraction: number, digits = 1): string {
  return `${(100 * fraction).toFixed(digits)} %`;
}

/** Milliseconds with three significant digits: `0.214 ms`, `12.3 ms`, `1.24 s`. */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toPrecision(3)} s`;
  return `${milliseconds >= 100 ? milliseconds.toFixed(0) : milliseconds.toPrecision(3)} ms`;
}

/** Seconds as `8 s`, `4 min 10 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `16 x 28 x 28`; two tensors are joined by `+`. */
export function formatShapes(shapes: readonly (readonly number[])[]): string {
  return shapes.map((shape) => (shape.length === 0 ? 'scalar' : shape.join(' x '))).join(' + ');
}

/** A share of a whole as a bar of `width` characters. */
export function formatBar(fraction: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

/** Shown in place of a missing value. */
export const absent = '–';

/**
 * `4660` -> `4.66 k`, `125485696` -> `125.5 M`: three or four digits, so that costs in one column can be told apart.
 */
export function formatMacs(macs: number): string {
  const units = ['', ' k', ' M', ' G', ' T'];
  let value = macs;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : value.toPrecision(value >= 1000 ? 4 : value < 100 ? 3 : 4)}${units[unit]}`;
}

/** A threshold with three digits, more where those would make it 1; a patience as it is. */
export function formatSetting(value: number): string {
  if (Number.isInteger(value)) return String(value);
  if (Math.abs(value) < 0.001) return value.toPrecision(2);
  return value < 1 && value > 0.9995 ? value.toFixed(6) : value.toFixed(3);
}

/** `12345` -> `12,345`. */
export function formatGrouped(count: number): string {
  return count.toLocaleString('en-US');
}
