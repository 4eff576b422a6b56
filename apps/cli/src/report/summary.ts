import type { EvaluationReport, MethodReport } from '@ztw/core/evaluation';
import { formatPercent } from '../output/format.ts';
import { type Html, html } from './html.ts';
import { type LabelledBudget, labelledBudgets, paid } from './labelled-budgets.ts';
import { backboneOf } from './report-base.ts';

/** The few numbers that most readers want, of the first method: what it gives at its budgets, beside the whole network. */
export function summary(report: EvaluationReport): Html | null {
  const [method] = report.methods;
  if (method === undefined) return null;
  const backbone = backboneOf(report, method);
  const facts = [
    ...(backbone === null
      ? []
      : [{ value: formatPercent(backbone.accuracy, 2), text: `${backbone.name}, whole, every image at full cost` }]),
    ...labelledBudgets(method).flatMap((budget) => budgetFact(method, budget)),
  ];
  return facts.length === 0
    ? null
    : html`<ul class="facts">${facts.map(({ value, text }) => html`<li><strong>${value}</strong><span>${text}</span></li>`)}</ul>`;
}

function budgetFact(
  method: MethodReport,
  { label, calibrated, swept }: LabelledBudget,
): { value: string; text: string }[] {
  const reading = calibrated ?? swept;
  if (reading === null) return [];
  const cost =
    method.times === undefined ? `${paid(method, reading)} of the cost` : `a cost of ${paid(method, reading)}`;
  return [{ value: formatPercent(reading.accuracy, 2), text: `${method.name} at ${cost} (budget ${label})` }];
}
