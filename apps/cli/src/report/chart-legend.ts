import type { EvaluationReport } from '@ztw/core/evaluation';
import { formatPercent } from '../output/format.ts';
import { type Html, html } from './html.ts';
import { dashOf, ink, seriesColor } from './palette.ts';
import { baseMacs } from './report-base.ts';

/** Names of the lines and points of the accuracy chart, as text that wraps where a drawing could not. */
export function legend(report: EvaluationReport): Html {
  const base = baseMacs(report);
  return html`<ul class="legend">${report.methods.map(
    (method, index) => html`<li>${lineSample(index)}${method.name}</li>`,
  )}${report.references.map(
    ({ name, accuracy, macs }) =>
      html`<li>${diamondSample()}${name}, whole: ${formatPercent(accuracy, 2)} at ${formatPercent(macs / base, 0)}</li>`,
  )}</ul>`;
}

function lineSample(index: number): Html {
  const dash = dashOf(index);
  return html`<svg class="sample" viewBox="0 0 32 12" aria-hidden="true"><path d="M0 6H32" fill="none" stroke="var(--${seriesColor(index).variable})" stroke-width="2.25"${
    dash === 'solid' ? null : html` stroke-dasharray="${dash.join(' ')}"`
  }/></svg>`;
}

function diamondSample(): Html {
  return html`<svg class="sample point" viewBox="0 0 12 12" aria-hidden="true"><path d="M6 0L12 6L6 12L0 6Z" fill="var(--${ink.variable})"/></svg>`;
}
