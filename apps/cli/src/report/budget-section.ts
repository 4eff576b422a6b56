import type { BudgetReading, EvaluationReport, MethodReport } from '@ztw/core/evaluation';
import { absent, formatGrouped, formatMilliseconds, formatPercent } from '../output/format.ts';
import { type Html, html } from './html.ts';
import { type LabelledBudget, labelledBudgets, paid, settingText } from './labelled-budgets.ts';
import { backboneOf } from './report-base.ts';
import { scrollingTable, seriesKey } from './table.ts';

/** Accuracy at the budgets under both protocols, kept apart. */
export function budgetSection(report: EvaluationReport): Html {
  const budgets = report.methods.flatMap(labelledBudgets);
  const columns = [...new Map(budgets.map(({ key, label }) => [key, label]))].map(([key, label]) => ({ key, label }));
  return html`<section aria-labelledby="budgets">
<h2 id="budgets">Accuracy at a budget</h2>
<p class="note">A budget in percent is a share of the cost (multiply-accumulates) of the whole network without early exits.</p>
${timesNotes(report)}
${
  budgets.some(({ calibrated }) => calibrated !== null)
    ? html`<h3>Settings chosen beforehand</h3>
<p class="note">Thresholds were chosen on calibration rows and then applied to the reported rows${originNote(report)} Below each accuracy stand the cost that was really paid, which may miss the budget a little either way, and the setting.</p>
${protocolTable(report, columns, 'Accuracy at budgets, settings chosen on calibration rows', 'calibrated')}`
    : null
}
<h3>Settings swept on the reported rows</h3>
<p class="note">The last setting within the budget on the reported rows themselves, as papers report it. A little optimistic, since these rows had a say in it.</p>
${protocolTable(report, columns, 'Accuracy at budgets, settings swept on the reported rows', 'swept')}
</section>`;
}

/** The end of a sentence: whether the numbers are what to expect in use. */
function originNote({ settingsOrigin = { kind: 'unknown-rows' }, rows }: EvaluationReport): string {
  switch (settingsOrigin.kind) {
    case 'other-rows':
      return ': what to expect in use.';
    case 'overlapping-rows':
      return `, of which ${settingsOrigin.isExact ? '' : 'about '}${formatGrouped(settingsOrigin.rows)} of ${formatGrouped(rows)} are calibration rows themselves: too good for what to expect in use.`;
    case 'unknown-rows':
      return '. Whether these are other rows is not known.';
  }
}

/** Where times come from, once for all methods that share it. */
function timesNotes({ methods }: EvaluationReport): readonly Html[] {
  const notes = methods.flatMap(({ times }) =>
    times === undefined
      ? []
      : [
          `Times are milliseconds per image in batches of ${times.batchSize}, from the measured times of the stages, on ${times.device ?? 'a device that the profile does not name'}.${
            times.wholeMilliseconds === null
              ? ''
              : ` The uncut network takes ${formatMilliseconds(times.wholeMilliseconds)}.`
          }`,
        ],
  );
  return [...new Set(notes)].map((note) => html`<p class="note">${note}</p>`);
}

function protocolTable(
  report: EvaluationReport,
  columns: readonly Pick<LabelledBudget, 'key' | 'label'>[],
  label: string,
  protocol: 'calibrated' | 'swept',
): Html {
  const reading = (method: MethodReport, key: string): BudgetReading | null =>
    labelledBudgets(method).find((candidate) => candidate.key === key)?.[protocol] ?? null;
  const best = columns.map(({ key }) =>
    Math.max(...report.methods.map((method) => reading(method, key)?.accuracy ?? 0)),
  );
  return scrollingTable({
    label,
    head: html`<tr><th scope="col">Method</th>${columns.map((column) => html`<th scope="col">${column.label}</th>`)}<th scope="col" class="wide-cell">whole network</th></tr>`,
    rows: report.methods.map(
      (method, index) =>
        html`<tr><th scope="row">${seriesKey(index)}${method.name}</th>${columns.map(({ key }, position) =>
          budgetCell(method, reading(method, key), best[position] ?? 1),
        )}<td class="wide-cell">${wholeNetwork(report, method)}</td></tr>`,
    ),
  });
}

function budgetCell(method: MethodReport, reading: BudgetReading | null, best: number): Html {
  if (reading === null) return html`<td>${absent}</td>`;
  const detail = html`<span class="small">${paid(method, reading)}</span><span class="small">${settingText(method, reading)}</span>`;
  // Equal to what is shown counts as equally good.
  const isBest = formatPercent(reading.accuracy, 2) === formatPercent(best, 2);
  return html`<td${isBest ? html` class="best"` : null}>${formatPercent(reading.accuracy, 2)}${detail}</td>`;
}

function wholeNetwork(report: EvaluationReport, method: MethodReport): Html {
  const backbone = backboneOf(report, method);
  return backbone === null
    ? html`${absent}`
    : html`${formatPercent(backbone.accuracy, 2)}<span class="small">100 %</span>`;
}
