import type { EvaluationReport, ExitReport, MethodReport } from '@ztw/core/evaluation';
import { absent, formatMacs, formatMilliseconds, formatPercent } from '../output/format.ts';
import { type Html, html } from './html.ts';
import { scrollingTable } from './table.ts';

/** Every exit by itself, one table per method. */
export function exitsSection(report: EvaluationReport): Html {
  return html`<section aria-labelledby="exits">
<h2 id="exits">Each exit by itself</h2>
<p class="note">What each exit would give if all images left there.</p>
${report.methods.map((method, index) => html`<details${index === 0 ? html` open` : null}><summary>${method.name}</summary>${exitTable(method)}</details>`)}
${glossary(
  report.methods.some(hasForeign),
  report.methods.some(({ times }) => times !== undefined),
)}
</section>`;
}

function exitTable(method: MethodReport): Html {
  const foreign = hasForeign(method);
  return scrollingTable({
    label: `Exits of ${method.name}`,
    head: html`<tr><th scope="col">Exit</th><th scope="col">MACs</th><th scope="col">Cost</th>${method.times ? html`<th scope="col">Time</th>` : null}<th scope="col">Accuracy</th><th scope="col">Hindsight<br>improvability</th><th scope="col">KS error</th><th scope="col">ECE</th><th scope="col">Failure<br>AUROC</th>${foreign ? html`<th scope="col">OOD<br>AUROC</th>` : null}</tr>`,
    rows: method.exits.map((exit, index) =>
      exitRow(exit, index, { foreign, time: method.times?.exitMilliseconds[index] }),
    ),
  });
}

function exitRow(
  exit: ExitReport,
  index: number,
  { foreign, time }: { readonly foreign: boolean; readonly time: number | undefined },
): Html {
  return html`<tr><th scope="row">${index}<span class="small">${exit.name}</span></th><td>${formatMacs(exit.macs)}</td><td>${formatPercent(exit.cost, 1)}</td>${time === undefined ? null : html`<td>${formatMilliseconds(time)}</td>`}<td>${formatPercent(exit.accuracy, 2)}</td><td>${formatPercent(exit.hindsightImprovability, 1)}</td><td>${formatPercent(exit.ksCalibrationError, 1)}</td><td>${formatPercent(exit.expectedCalibrationError, 1)}</td><td>${exit.failureAuroc === null ? absent : exit.failureAuroc.toFixed(3)}</td>${
    foreign
      ? html`<td>${exit.outOfDistributionAuroc === null ? absent : exit.outOfDistributionAuroc.toFixed(3)}</td>`
      : null
  }</tr>`;
}

function hasForeign(method: MethodReport): boolean {
  return method.exits.some((exit) => exit.outOfDistributionAuroc !== null);
}

function glossary(foreign: boolean, timed: boolean): Html {
  return html`<h3>What the columns mean</h3>
<dl>
<dt>Cost</dt><dd>MACs up to and including this exit and all heads before it, as a share of the whole network.</dd>
${timed ? html`<dt>Time</dt><dd>Milliseconds per image of leaving here, on the device that was measured.</dd>` : null}
<dt>Hindsight improvability</dt><dd>Among the images that this exit gets wrong, the share that some earlier exit had right. Lower is better.</dd>
<dt>KS error, ECE</dt><dd>How far confidence is from accuracy: largest gap of the cumulative sums, and mean gap over bins. Lower is better.</dd>
<dt>Failure AUROC</dt><dd>How well confidence tells right answers from wrong ones: 1 perfectly, 0.5 not at all.</dd>
${foreign ? html`<dt>OOD AUROC</dt><dd>How well confidence tells known images from foreign ones.</dd>` : null}
</dl>`;
}
