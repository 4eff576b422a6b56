import type { EvaluationReport, MethodReport } from '@ztw/core';
import { percent } from './format.ts';
import { type Html, html } from './html.ts';
import { backboneOf } from './report-base.ts';

/** The few numbers that most readers want, of the first method: what it gives at its budgets, beside the whole network. */
export function summary(report: EvaluationReport): Html | null {
  const [method] = report.methods;
  if (method === undefined) return null;
  const backbone = backboneOf(report, method);
  const facts = [
    ...(backbone === null
      ? []
      : [{ value: percent(backbone.accuracy), text: `${backbone.name}, whole, every image at full cost` }]),
    ...method.budgets.flatMap((row) => budgetFact(method, row.budget)),
  ];
  return facts.length === 0
    ? null
    : html`<ul class="facts">${facts.map(({ value, text }) => html`<li><strong>${value}</strong><span>${text}</span></li>`)}</ul>`;
}

function budgetFact(method: MethodReport, budget: number): { value: string; text: string }[] {
  const row = method.budgets.find((candidate) => candidate.budget === budget);
  const reading = row?.calibrated ?? row?.swept;
  if (reading === undefined || reading === null) return [];
  return [
    {
      value: percent(reading.accuracy),
      text: `${method.name} at ${percent(reading.cost, 1)} of the cost (budget ${percent(budget, 0)})`,
    },
  ];
}
