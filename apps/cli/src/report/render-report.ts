// An evaluation as one HTML file that can be mailed, archived and opened anywhere: no scripts, no requests, no fonts.

import type { EvaluationReport } from '@ztw/core/evaluation';
import { formatGrouped, formatPercent } from '../output/format.ts';
import { accuracyCostChart } from './accuracy-cost-chart.ts';
import { budgetSection } from './budget-section.ts';
import { exitHistogram } from './exit-histogram.ts';
import { exitsSection } from './exits-section.ts';
import { type Html, html, trustedHtml } from './html.ts';
import { provenanceSection, skippedSection } from './provenance-section.ts';
import { reportStyle } from './style.ts';
import { summary } from './summary.ts';

/** Nothing but the style inside may be loaded, whatever the texts of the report hold. */
const policy = "default-src 'none'; style-src 'unsafe-inline'";

/** @returns a complete HTML document. The same report gives the same text. */
export function renderReport(report: EvaluationReport): string {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${report.title}</title>
<style>${trustedHtml(reportStyle)}</style>
</head>
<body>
<main>
<h1>${report.title}</h1>
<p class="lead">${formatGrouped(report.rows)} images, ${formatGrouped(report.classes)} classes.</p>
${(report.cautions ?? []).map((caution) => html`<p class="caution">${caution}</p>`)}
${summary(report)}
${report.methods.length === 0 ? noMethods() : methodSections(report)}
${skippedSection(report)}
${provenanceSection(report)}
</main>
</body>
</html>
`;
  return document.html;
}

function methodSections(report: EvaluationReport): Html {
  return html`<section aria-labelledby="curves">
<h2 id="curves">Accuracy against cost</h2>
${accuracyCostChart(report)}
</section>
${budgetSection(report)}
<section aria-labelledby="histogram">
<h2 id="histogram">Where images leave</h2>
${report.methods.map(exitHistogram)}
</section>
${exitsSection(report)}
${oracleSection(report)}`;
}

function oracleSection(report: EvaluationReport): Html {
  return html`<section aria-labelledby="oracle">
<h2 id="oracle">The bound</h2>
<p class="note">If every image left at the first exit that has it right (and at the first of all where none has): no rule on these exits can do better.</p>
<div class="scroll"><table><thead><tr><th scope="col">Method</th><th scope="col">Accuracy</th><th scope="col">Cost</th></tr></thead><tbody>${report.methods.map(
    ({ name, oracle }) =>
      html`<tr><th scope="row">${name}</th><td>${formatPercent(oracle.accuracy, 2)}</td><td>${formatPercent(oracle.cost, 1)}</td></tr>`,
  )}</tbody></table></div>
</section>`;
}

function noMethods(): Html {
  return html`<section><p>This report holds no method.</p></section>`;
}
