import type { EvaluationReport, MethodReport } from '@ztw/core/evaluation';
import { formatPercent } from '../output/format.ts';
import { chartFigure } from './chart.ts';
import { percentAxis } from './chart-axes.ts';
import { legend } from './chart-legend.ts';
import { type Html, html } from './html.ts';
import { isCounted, labelledBudgets } from './labelled-budgets.ts';
import { dashOf, ink, line, muted, seriesColor, surface } from './palette.ts';
import { baseMacs, chartCost } from './report-base.ts';

/** Curves of all methods, their chosen operating points, the budgets, and the whole networks as points. */
export function accuracyCostChart(report: EvaluationReport): Html {
  const description = report.methods.map(describe).join(' ');
  const chosen = report.methods.some((method) => labelledBudgets(method).some(({ calibrated }) => calibrated !== null));
  const hasShares = report.methods.some((method) => method.budgets.length > 0);
  return html`${legend(report)}${chartFigure({
    id: 'accuracy-cost',
    title: 'Accuracy against mean cost per image',
    description: `One curve per method, from its cheapest to its most expensive setting. ${description} The tables of budgets have the numbers.`,
    caption: `Each point of a curve is one threshold (or patience).${chosen ? ' Dots: settings chosen beforehand on calibration rows.' : ''} ${hasShares ? ' Vertical lines: budgets.' : ''}`,
    heights: { wide: 440, narrow: 340 },
    option: ({ narrow }) => option(report, narrow),
  })}`;
}

function option(report: EvaluationReport, narrow: boolean) {
  const base = baseMacs(report);
  return {
    grid: { left: narrow ? 42 : 62, right: narrow ? 10 : 20, top: 14, bottom: narrow ? 42 : 48 },
    xAxis: {
      ...percentAxis('mean cost per image', { min: 0, max: furthestCost(report, base), interval: 25 }),
      axisLabel: { color: muted.standIn, fontSize: 12, formatter: '{value} %', showMaxLabel: false },
      nameGap: 28,
      splitLine: { show: false },
      axisLine: { show: true, lineStyle: { color: line.standIn } },
    },
    yAxis: { ...percentAxis(narrow ? '' : 'accuracy', accuracyRange(report)), nameGap: 46 },
    series: [
      budgetLines(report, base),
      ...report.methods.flatMap((method, index) => [curve(method, index, base), chosenPoints(method, index, base)]),
      networks(report, base),
    ],
  };
}

/** Just beyond the most expensive point, in percent; a little more than 100, so that nothing lies on the edge. */
function furthestCost(report: EvaluationReport, base: number): number {
  const costs = report.methods.flatMap((method) => method.curve.map((point) => chartCost(method, point.cost, base)));
  return Math.max(1, ...costs, ...report.references.map((reference) => reference.macs / base)) * 100 + 4;
}

/** All accuracies between round numbers of percent. */
function accuracyRange(report: EvaluationReport) {
  const accuracies = [
    ...report.methods.flatMap((method) => method.curve.map((point) => point.accuracy)),
    ...report.references.map((reference) => reference.accuracy),
  ];
  const lowest = Math.min(1, ...accuracies) * 100;
  const highest = Math.max(0, ...accuracies) * 100;
  const interval = highest - lowest > 65 ? 20 : highest - lowest > 20 ? 10 : 5;
  return {
    min: Math.floor(lowest / interval) * interval,
    max: Math.min(100, Math.ceil((highest + 0.5) / interval) * interval),
    interval,
  };
}

interface Point {
  readonly cost: number;
  readonly accuracy: number;
}

function position(method: MethodReport, { cost, accuracy }: Point, base: number): [number, number] {
  return [chartCost(method, cost, base) * 100, accuracy * 100];
}

function curve(method: MethodReport, index: number, base: number) {
  const color = seriesColor(index).standIn;
  return {
    type: 'line',
    silent: true,
    data: method.curve.map((point) => position(method, point, base)),
    // A curve of a few settings shows them; one of a thousand thresholds is a line.
    symbol: isCounted(method.rule) ? 'circle' : 'none',
    symbolSize: 6,
    lineStyle: { color, width: 2.25, type: dashOf(index) },
    itemStyle: { color },
    z: 10,
  };
}

function chosenPoints(method: MethodReport, index: number, base: number) {
  const chosen = labelledBudgets(method).flatMap(({ calibrated }) => (calibrated === null ? [] : [calibrated]));
  return {
    type: 'scatter',
    silent: true,
    data: chosen.map((reading) => position(method, reading, base)),
    symbol: 'circle',
    symbolSize: 10,
    itemStyle: { color: seriesColor(index).standIn, opacity: 1, borderColor: surface.standIn, borderWidth: 1.5 },
    z: 20,
  };
}

function networks(report: EvaluationReport, base: number) {
  return {
    type: 'scatter',
    silent: true,
    data: report.references.map((reference) => [(reference.macs / base) * 100, reference.accuracy * 100]),
    symbol: 'diamond',
    symbolSize: 14,
    itemStyle: { color: ink.standIn, opacity: 1, borderColor: surface.standIn, borderWidth: 1.5 },
    z: 30,
  };
}

function budgetLines(report: EvaluationReport, base: number) {
  const budgets = new Set(
    report.methods.flatMap((method) => method.budgets.map(({ budget }) => chartCost(method, budget, base) * 100)),
  );
  return {
    type: 'line',
    silent: true,
    data: [],
    markLine: {
      silent: true,
      symbol: 'none',
      label: { show: false },
      lineStyle: { color: muted.standIn, type: [3, 4], width: 1, opacity: 0.7 },
      data: [...budgets].map((xAxis) => ({ xAxis })),
    },
  };
}

function describe(method: MethodReport): string {
  const first = method.curve[0];
  const last = method.curve.at(-1);
  if (first === undefined || last === undefined) return `${method.name} has no points.`;
  return `${method.name}: from ${formatPercent(first.accuracy, 1)} at ${formatPercent(first.cost, 0)} of the cost to ${formatPercent(last.accuracy, 1)} at ${formatPercent(last.cost, 0)}.`;
}
