/** `12 %`, `0.4 %`, `100 %`: never 0 or 100 for a share that is not. */
export function formatPercent(share: number): string {
  const value = 100 * share;
  if (value > 0 && value < 1) return `${Math.max(0.1, value).toFixed(1)} %`;
  if (value > 99 && value < 100) return `${Math.min(99.9, value).toFixed(1)} %`;
  return `${Math.round(value)} %`;
}

/** `0.31 ms`, `4.2 ms`, `51 ms` */
export function formatMilliseconds(milliseconds: number): string {
  const digits = milliseconds < 1 ? 2 : milliseconds < 10 ? 1 : 0;
  return `${milliseconds.toFixed(digits)} ms`;
}

/** `312 kB`, `14.2 MB` */
export function formatBytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
