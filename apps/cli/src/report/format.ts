// Numbers as a person reads them. Space before the percent sign, as in the text.

/** What stands where there is no value. */
export const absent = '–';

/** `0.90251` -> `90.25 %`. */
export function percent(share: number, digits = 2): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** `125485696` -> `125.5 M`. */
export function macs(count: number): string {
  const units = ['', ' k', ' M', ' G', ' T'];
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : value.toPrecision(value >= 1000 ? 4 : value < 100 ? 3 : 4)}${units[unit]}`;
}

/** Three significant digits: `0.214 ms`, `12.3 ms`. */
export function milliseconds(time: number): string {
  return `${time >= 100 ? time.toFixed(0) : time.toPrecision(3)} ms`;
}

/** A threshold with three digits, more where those would make it 1; a patience as it is. */
export function setting(value: number): string {
  if (Number.isInteger(value)) return String(value);
  if (Math.abs(value) < 0.001) return value.toPrecision(2);
  return value < 1 && value > 0.9995 ? value.toFixed(6) : value.toFixed(3);
}

/** `12345` -> `12,345`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}
