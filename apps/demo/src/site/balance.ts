// The section with the curve and the slider: it chooses the operating point that everything else on the page uses.

import type { CallOptions, Classifier } from 'ztw';
import { elementById } from './element.ts';
import { formatPercent } from './format.ts';
import { type CurvePoint, drawCurve } from './view/curve.ts';
import { showFacts } from './view/facts.ts';

export interface Balance {
  /** Shows the operating points of a bundle; the chosen budget stays if there is one like it. */
  open(classifier: Classifier): void;
  /** For the calls of the classifier. */
  readonly call: CallOptions;
  /** The confidence above which images leave, one per exit; null if the policy has no such limit. */
  readonly limits: readonly number[] | null;
  /** Shows what a run measured with the present choice; null to take it away. */
  showMeasured(point: CurvePoint | null): void;
}

type OperatingPoint = Classifier['operatingPoints'][number];

/** Where the slider stands at first: the point nearest to a third of the work. */
const firstBudget = 1 / 3;

export function createBalance(onChange: () => void): Balance {
  const section = elementById('balance', HTMLElement);
  const slider = elementById('budget', HTMLInputElement);
  const curve = elementById('curve', HTMLElement);
  const facts = elementById('balance-facts', HTMLElement);
  let points: readonly OperatingPoint[] = [];
  let exits = 0;
  let chosen = 0;
  let measured: CurvePoint | null = null;

  const show = (): void => {
    const point = points[chosen];
    section.hidden = point === undefined;
    if (point === undefined) return;
    slider.max = String(points.length - 1);
    slider.value = String(chosen);
    slider.setAttribute(
      'aria-valuetext',
      `${formatPercent(point.cost)} of the work, ${formatPercent(point.accuracy)} correct`,
    );
    drawCurve(curve, { points, chosen, measured });
    const limit = limitsOf(point, exits)?.[0];
    showFacts(facts, [
      ['of the work', formatPercent(point.cost)],
      ['correct', `${(100 * point.accuracy).toFixed(1)} %`],
      ...(limit === undefined || limit > 1 ? [] : [['sure enough from', formatPercent(limit)] as const]),
    ]);
  };

  slider.addEventListener('input', () => {
    chosen = Number(slider.value);
    measured = null;
    show();
    onChange();
  });
  new ResizeObserver(show).observe(curve);

  return {
    open(classifier) {
      const budget = points[chosen]?.budget ?? firstBudget;
      exits = classifier.stages.length;
      points = classifier.operatingPoints.toSorted((left, right) => left.cost - right.cost);
      chosen = nearest(points, budget);
      measured = null;
      show();
    },
    get call() {
      const point = points[chosen];
      return point === undefined ? {} : { budget: point.budget };
    },
    get limits() {
      const point = points[chosen];
      return point === undefined ? null : limitsOf(point, exits);
    },
    showMeasured(point) {
      measured = point;
      show();
    },
  };
}

function limitsOf({ policy }: OperatingPoint, exits: number): readonly number[] | null {
  if (policy.kind !== 'confidence' || !('limit' in policy)) return null;
  const { limit } = policy;
  return typeof limit === 'number' ? Array.from({ length: exits }, () => limit) : limit;
}

function nearest(points: readonly OperatingPoint[], budget: number): number {
  const distances = points.map((point) => Math.abs(point.budget - budget));
  return Math.max(0, distances.indexOf(Math.min(...distances)));
}
