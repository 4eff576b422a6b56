import type { BudgetReading, MethodReport } from '@ztw/core/evaluation';
import { formatPercent, formatSetting } from '../output/format.ts';
import { type ChartSize, chartFigure } from './chart.ts';
import { percentAxis } from './chart-axes.ts';
import { type Html, html } from './html.ts';
import { type LabelledBudget, labelledBudgets, paid } from './labelled-budgets.ts';
import { ink, line, muted, seriesColor } from './palette.ts';
import { scrollingTable } from './table.ts';

/** Pixels from one row of bars to the next. */
const panelHeight = 130;

/** One reading of a budget: the setting chosen beforehand where there is one, else the swept one. */
interface ShownBudget {
  readonly label: string;
  readonly reading: BudgetReading;
  readonly protocol: 'calibrated' | 'swept';
}

/** Where the rows leave at each budget: small bars over the exits, one row of bars per budget, and the same as a table. */
export function exitHistogram(method: MethodReport, index: number): Html | null {
  const shown = labelledBudgets(method).flatMap(shownBudget);
  if (shown.length === 0) return null;
  const swept = shown.some(({ protocol }) => protocol === 'swept');
  return html`<details${index === 0 ? html` open` : null}>
<summary>${method.name}</summary>
${chartFigure({
  id: `exits-${index}`,
  title: `Where images leave with ${method.name}`,
  description: shown.map((entry) => describe(method, entry)).join(' '),
  caption: `Share of images that leave at each exit, ${swept ? 'settings swept on the reported rows' : 'settings chosen beforehand on calibration rows'}.`,
  heights: { wide: 12 + shown.length * panelHeight, narrow: 12 + shown.length * panelHeight },
  option: (size) => option(method, shown, index, size),
})}
${histogramTable(method, shown)}
</details>`;
}

function shownBudget({ label, calibrated, swept }: LabelledBudget): ShownBudget[] {
  if (calibrated !== null) return [{ label, reading: calibrated, protocol: 'calibrated' }];
  return swept === null ? [] : [{ label, reading: swept, protocol: 'swept' }];
}

function option(method: MethodReport, shown: readonly ShownBudget[], index: number, { narrow, width }: ChartSize) {
  const exits = method.exits.map((_, exit) => String(exit));
  const largest = Math.max(...shown.map(({ reading }) => Math.max(...shares(reading))));
  const top = largest <= 20 ? 20 : largest <= 50 ? 50 : 100;
  const color = seriesColor(index).standIn;
  const left = narrow ? 42 : 58;
  const panel = (position: number) => ({ left, right: 8, top: 28 + position * panelHeight, height: 70 });
  return {
    title: shown.map(({ label, reading }, position) => ({
      text: `Budget ${label}: ${formatPercent(reading.accuracy, 1)} ${narrow ? 'for' : 'right at a cost of'} ${paid(method, reading)}`,
      left,
      top: position * panelHeight,
      padding: 0,
      textStyle: { color: ink.standIn, fontSize: narrow ? 12 : 13, fontWeight: 600 },
    })),
    grid: shown.map((_, position) => panel(position)),
    xAxis: shown.map((_, position) => ({
      type: 'category',
      gridIndex: position,
      data: exits,
      axisLabel: { color: muted.standIn, fontSize: 11, interval: labelEvery(exits.length, width) - 1 },
      axisLine: { lineStyle: { color: line.standIn } },
      axisTick: { show: false },
      ...(position === shown.length - 1
        ? { name: 'exit', nameLocation: 'middle', nameGap: 26, nameTextStyle: { color: muted.standIn, fontSize: 12 } }
        : {}),
    })),
    yAxis: shown.map((_, position) => ({
      ...percentAxis('', { min: 0, max: top, interval: top / 2 }),
      gridIndex: position,
    })),
    series: shown.map(({ reading }, position) => ({
      type: 'bar',
      silent: true,
      xAxisIndex: position,
      yAxisIndex: position,
      data: shares(reading),
      barCategoryGap: '20%',
      itemStyle: { color, borderRadius: [2, 2, 0, 0] },
    })),
  };
}

/** Shares of the rows per exit, in percent. */
function shares({ histogram }: BudgetReading): number[] {
  const rows = histogram.reduce((sum, rowsHere) => sum + rowsHere, 0);
  return histogram.map((rowsHere) => (rows === 0 ? 0 : (rowsHere / rows) * 100));
}

/** Labels of exits need some 22 pixels each. */
function labelEvery(exits: number, width: number): number {
  return Math.max(1, Math.ceil((exits * 22) / width));
}

function describe(method: MethodReport, { label, reading }: ShownBudget): string {
  const most = reading.histogram.indexOf(Math.max(...reading.histogram));
  const first = formatPercent((shares(reading)[0] ?? 0) / 100, 1);
  return `At a budget of ${label} most images leave at exit ${most} of ${method.exits.length - 1}, ${first} at the first.`;
}

function histogramTable(method: MethodReport, shown: readonly ShownBudget[]): Html {
  return html`<details class="inner"><summary>The same in numbers</summary>
${scrollingTable({
  label: `Images that leave at each exit with ${method.name}`,
  head: html`<tr><th scope="col">Exit</th>${shown.map(
    ({ label, reading }) =>
      html`<th scope="col">${label}<span class="small">${method.rule} ${formatSetting(reading.setting)}</span></th>`,
  )}</tr>`,
  rows: method.exits.map(
    (exit, exitIndex) =>
      html`<tr><th scope="row">${exitIndex}<span class="small">${exit.name}</span></th>${shown.map(
        ({ reading }) => html`<td>${formatPercent((shares(reading)[exitIndex] ?? 0) / 100, 1)}</td>`,
      )}</tr>`,
  ),
})}</details>`;
}
