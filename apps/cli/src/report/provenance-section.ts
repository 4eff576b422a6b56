import type { EvaluationReport } from '@ztw/core/evaluation';
import { formatGrouped } from '../output/format.ts';
import { type Html, html } from './html.ts';

/** Skipped images that are named; the rest stands in report.json. */
const namedSkips = 50;

/** Inputs that were left out, with the reason; nothing where there are none. */
export function skippedSection({ skipped }: EvaluationReport): Html | null {
  if (skipped.length === 0) return null;
  const rest = skipped.length - namedSkips;
  return html`<section aria-labelledby="skipped">
<h2 id="skipped">Skipped images (${formatGrouped(skipped.length)})</h2>
<p class="note">These could not be used and count nowhere in this report.</p>
<table class="text"><tbody>${skipped
    .slice(0, namedSkips)
    .map(({ name, reason }) => html`<tr><th scope="row">${name}</th><td>${reason}</td></tr>`)}</tbody></table>
${rest > 0 ? html`<p class="note">${formatGrouped(rest)} more stand in report.json.</p>` : null}
</section>`;
}

/** How the numbers were made, as far as it was recorded. */
export function provenanceSection({ provenance }: EvaluationReport): Html | null {
  const facts = flatten('', provenance);
  if (facts.length === 0) return null;
  return html`<section aria-labelledby="provenance">
<h2 id="provenance">How this was made</h2>
<table class="text"><tbody>${facts.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>
</section>`;
}

/** Nested values under dotted names; lists of plain values stay one. */
function flatten(name: string, value: unknown): [string, string][] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  if (Array.isArray(value) && value.every((entry) => typeof entry !== 'object' || entry === null)) {
    return [[name, value.join(', ')]];
  }
  return Object.entries(value).flatMap(([key, entry]) => flatten(name === '' ? key : `${name}.${key}`, entry));
}
