// Accuracy against cost: the calibrated operating points, the chosen one, and what a run measured.

import type { Classifier } from 'ztw';
import { formatPercent } from '../format.ts';

type OperatingPoint = Classifier['operatingPoints'][number];

export interface CurvePoint {
  /** Fraction of the full network's work. */
  readonly cost: number;
  /** 0 to 1 */
  readonly accuracy: number;
}

export interface CurveContent {
  /** In ascending order of their costs; at least one. */
  readonly points: readonly OperatingPoint[];
  readonly chosen: number;
  /** What the last run measured; null before the first. */
  readonly measured: CurvePoint | null;
}

const height = 280;
const margin = { top: 16, right: 18, bottom: 42, left: 52 };

/** Draws the chart at the width of its place. */
export function drawCurve(target: HTMLElement, { points, chosen, measured }: CurveContent): void {
  const width = Math.max(260, target.clientWidth);
  const all = measured === null ? points : [...points, measured];
  const accuracies = axis(
    Math.min(...all.map(({ accuracy }) => accuracy)),
    Math.max(...all.map((point) => point.accuracy)),
  );
  const costs = axis(0, Math.max(1, ...all.map(({ cost }) => cost)));
  const x = (cost: number): number =>
    margin.left + ((width - margin.left - margin.right) * (cost - costs.from)) / (costs.to - costs.from);
  const y = (accuracy: number): number =>
    height -
    margin.bottom -
    ((height - margin.top - margin.bottom) * (accuracy - accuracies.from)) / (accuracies.to - accuracies.from);

  const chart = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' });
  const point = points[chosen] as OperatingPoint;
  chart.setAttribute(
    'aria-label',
    `Accuracy against cost. Chosen: ${formatPercent(point.accuracy)} correct for ${formatPercent(point.cost)} of the work.` +
      (measured === null
        ? ''
        : ` Measured here: ${formatPercent(measured.accuracy)} for ${formatPercent(measured.cost)}.`),
  );
  for (const value of accuracies.ticks) {
    chart.append(
      svg('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }),
      text(`${(100 * value).toFixed(accuracies.step < 0.01 ? 1 : 0)} %`, {
        x: margin.left - 8,
        y: y(value) + 4,
        'text-anchor': 'end',
      }),
    );
  }
  for (const value of costs.ticks) {
    chart.append(text(formatPercent(value), { x: x(value), y: height - margin.bottom + 20, 'text-anchor': 'middle' }));
  }
  chart.append(
    text('share of the work', { x: width - margin.right, y: height - 4, 'text-anchor': 'end' }),
    text('correct', { x: margin.left, y: 10 }),
    svg('line', { class: 'guide', x1: margin.left, x2: x(point.cost), y1: y(point.accuracy), y2: y(point.accuracy) }),
    svg('line', {
      class: 'guide',
      x1: x(point.cost),
      x2: x(point.cost),
      y1: y(point.accuracy),
      y2: height - margin.bottom,
    }),
    svg('polyline', { class: 'line', points: points.map((each) => `${x(each.cost)},${y(each.accuracy)}`).join(' ') }),
    ...points.map((each) => svg('circle', { class: 'dot', cx: x(each.cost), cy: y(each.accuracy), r: 3 })),
    svg('circle', { class: 'chosen', cx: x(point.cost), cy: y(point.accuracy), r: 8 }),
  );
  if (measured !== null) {
    const [left, top] = [x(measured.cost), y(measured.accuracy)];
    const atRight = left > width - 130;
    chart.append(
      svg('rect', {
        class: 'measured',
        x: left - 5.5,
        y: top - 5.5,
        width: 11,
        height: 11,
        transform: `rotate(45 ${left} ${top})`,
      }),
      text('measured here', {
        class: 'strong',
        x: left + (atRight ? -12 : 12),
        // Away from the curve.
        y: measured.accuracy < point.accuracy ? top + 18 : top - 9,
        'text-anchor': atRight ? 'end' : 'start',
      }),
    );
  }
  target.replaceChildren(chart);
}

interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  readonly step: number;
}

/** An axis around two values, with about five round ticks. */
function axis(smallest: number, largest: number): Axis {
  const span = Math.max(largest - smallest, 0.01);
  const step = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5].find((size) => span / size <= 6) ?? span;
  const first = Math.floor(smallest / step + 1e-9);
  const last = Math.ceil(largest / step - 1e-9);
  const ticks = Array.from({ length: Math.max(1, last - first) + 1 }, (_, index) => (first + index) * step);
  return { from: ticks[0] as number, to: ticks.at(-1) as number, ticks, step };
}

type Attributes = Readonly<Record<string, string | number>>;

function svg(name: string, attributes: Attributes): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

function text(content: string, attributes: Attributes): SVGElement {
  const element = svg('text', attributes);
  element.textContent = content;
  return element;
}
