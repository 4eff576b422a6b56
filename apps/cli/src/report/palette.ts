// Colors that follow the reader's light or dark scheme. The chart library needs real colors, so charts are drawn with
// placeholder colors that are replaced by CSS variables afterwards.

export interface SchemeColor {
  /** CSS variable without the leading dashes. */
  readonly variable: string;
  /** Placeholder color for charts; used nowhere else. */
  readonly standIn: string;
  readonly light: string;
  readonly dark: string;
}

function color(variable: string, index: number, light: string, dark: string): SchemeColor {
  return { variable, standIn: `#f0f1${(0x10 + index).toString(16)}`, light, dark };
}

export const ink: SchemeColor = color('ink', 0, '#1c2430', '#e6eaf0');
export const muted: SchemeColor = color('muted', 1, '#566171', '#a3afbf');
export const line: SchemeColor = color('line', 2, '#dde2e9', '#2f3947');
export const surface: SchemeColor = color('surface', 3, '#ffffff', '#171d26');
export const page: SchemeColor = color('page', 4, '#f5f7fa', '#0f141b');
export const accent: SchemeColor = color('accent', 5, '#0b62c4', '#7fb6ff');

/** One per method, in order; each at least 4.5 : 1 against the surface in both schemes. */
export const series: readonly SchemeColor[] = [
  color('series-1', 6, '#0b62c4', '#7fb6ff'),
  color('series-2', 7, '#b04a00', '#ffab66'),
  color('series-3', 8, '#1a7340', '#6fd69a'),
  color('series-4', 9, '#7d38b3', '#cfa6ff'),
  color('series-5', 10, '#00707f', '#66d3e3'),
  color('series-6', 11, '#b3241c', '#ff9d96'),
  color('series-7', 12, '#8a5a00', '#e8c35a'),
  color('series-8', 13, '#a2246e', '#ff9fd0'),
];

const dashes: readonly (readonly number[] | 'solid')[] = [
  'solid',
  [8, 4],
  [2, 3],
  [10, 3, 2, 3],
  [5, 2],
  [1, 2],
  [12, 4],
  [3, 6],
];

const all: readonly SchemeColor[] = [ink, muted, line, surface, page, accent, ...series];

/** Dashes of a line, so that methods can be told apart without color. */
export function dashOf(index: number): readonly number[] | 'solid' {
  return dashes[index % dashes.length] ?? 'solid';
}

/** Color of the method at an index; colors repeat after the last. */
export function seriesColor(index: number): SchemeColor {
  return series[index % series.length] as SchemeColor;
}

/** Declarations of all variables in one scheme. */
export function schemeVariables(scheme: 'light' | 'dark'): string {
  return all.map((entry) => `--${entry.variable}:${entry[scheme]}`).join(';');
}

/** Replaces the placeholders by the variables. */
export function withVariables(svg: string): string {
  return all.reduce((text, { standIn, variable }) => text.replaceAll(standIn, `var(--${variable})`), svg);
}
