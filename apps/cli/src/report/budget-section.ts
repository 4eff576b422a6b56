import type { BudgetReading, BudgetRow, EvaluationReport, MethodReport } from '@ztw/core';
import { absent, percent, setting } from './format.ts';
import { type Html, html } from './html.ts';
import { backboneOf } from './report-base.ts';
import { scrollingTable, seriesKey } from './table.ts';

/** Accuracy at the budgets under both protocols, kept apart. */
export function budgetSection(report: EvaluationReport): Html {
  const budgets = [...new Set(report.methods.flatMap((method) => method.budgets.map(({ budget }) => budget)))].sort(
    (a, b) => a - b,
  );
  const anyChosen = report.methods.some((method) => method.budgets.some(({ calibrated }) => calibrated !== null));
  return html`<section aria-labelledby="budgets">
<h2 id="budgets">Accuracy at a budget</h2>
<p class="note">A budget is a share of the cost (multiply-accumulates) of the whole network without early exits.</p>
${
  anyChosen
    ? html`<h3>Settings chosen beforehand</h3>
<p class="note">Thresholds were chosen on calibration rows and then applied to the reported rows: what to expect in use. Below each accuracy stand the cost that was really paid, which may miss the budget a little either way, and the setting.</p>
${protocolTable(report, budgets, 'Accuracy at budgets, settings chosen on calibration rows', ({ calibrated }) => calibrated)}`
    : null
}
<h3>Settings swept on the reported rows</h3>
<p class="note">The last setting within the budget on the reported rows themselves, as papers report it. A little optimistic, since these rows had a say in it.</p>
${protocolTable(report, budgets, 'Accuracy at budgets, settings swept on the reported rows', ({ swept }) => swept)}
</section>`;
}

function protocolTable(
  report: EvaluationReport,
  budgets: readonly number[],
  label: string,
  read: (row: BudgetRow) => BudgetReading | null,
): Html {
  const reading = (method: MethodReport, budget: number): BudgetReading | null => {
    const row = method.budgets.find((candidate) => candidate.budget === budget);
    return row === undefined ? null : read(row);
  };
  const best = budgets.map((budget) =>
    Math.max(...report.methods.map((method) => reading(method, budget)?.accuracy ?? 0)),
  );
  return scrollingTable({
    label,
    head: html`<tr><th scope="col">Method</th>${budgets.map((budget) => html`<th scope="col">${percent(budget, 0)}</th>`)}<th scope="col" class="wide-cell">whole network</th></tr>`,
    rows: report.methods.map(
      (method, index) =>
        html`<tr><th scope="row">${seriesKey(index)}${method.name}</th>${budgets.map((budget, position) =>
          budgetCell(method, reading(method, budget), best[position] ?? 1),
        )}<td class="wide-cell">${wholeNetwork(report, method)}</td></tr>`,
    ),
  });
}

function budgetCell(method: MethodReport, reading: BudgetReading | null, best: number): Html {
  if (reading === null) return html`<td>${absent}</td>`;
  const detail = html`<span class="small">${percent(reading.cost, 1)}</span><span class="small">${method.rule === 'threshold' ? '> ' : 'patience '}${setting(reading.setting)}</span>`;
  // Equal to what is shown counts as equally good.
  const isBest = percent(reading.accuracy) === percent(best);
  return html`<td${isBest ? html` class="best"` : null}>${percent(reading.accuracy)}${detail}</td>`;
}

function wholeNetwork(report: EvaluationReport, method: MethodReport): Html {
  const backbone = backboneOf(report, method);
  return backbone === null ? html`${absent}` : html`${percent(backbone.accuracy)}<span class="small">100 %</span>`;
}
