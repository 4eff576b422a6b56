import type { Tolerance } from './conformance-subject.ts';

/** The outcome of one case on one network of one runtime. JSON-safe. */
export interface ConformanceReport {
  /** The column: `onnxruntime-web wasm, Chromium`. */
  readonly runtime: string;
  readonly network: string;
  /** The row. */
  readonly name: string;
  readonly status: 'pass' | 'skip' | 'fail';
  /** Why it was skipped, or how it failed; null if it passed. */
  readonly reason: string | null;
  /** The tolerance on logits. */
  readonly tolerance: Tolerance;
}

/**
 * A Markdown table, cases x runtimes. The networks of each runtime are listed below the cases, the reasons for skips
 * and failures below the table. A cell combines all networks of its runtime: one failure makes it a failure; otherwise
 * one pass makes it a pass.
 */
export function formatConformanceTable(reports: readonly ConformanceReport[]): string {
  const runtimes = [...new Set(reports.map(({ runtime }) => runtime))];
  const names = [...new Set(reports.map(({ name }) => name))];
  const reasons = [...new Set(reports.flatMap(({ reason }) => reason ?? []))];
  const cell = (name: string, runtime: string): string =>
    formatCell(
      reports.filter((report) => report.name === name && report.runtime === runtime),
      reasons,
    );
  const line = (first: string, of: (runtime: string) => string): string =>
    `| ${[first, ...runtimes.map(of)].join(' | ')} |`;
  const of = (runtime: string): readonly ConformanceReport[] => reports.filter((report) => report.runtime === runtime);
  return [
    line('case', (runtime) => runtime),
    line('---', () => '---'),
    ...names.map((name) => line(name, (runtime) => cell(name, runtime))),
    line('*networks*', (runtime) => [...new Set(of(runtime).map(({ network }) => network))].join(', ')),
    line('*tolerance of logits, absolute + relative*', (runtime) =>
      [...new Set(of(runtime).map(({ tolerance: { absolute, relative } }) => `${absolute} + ${relative}`))].join(', '),
    ),
    ...(reasons.length === 0 ? [] : ['', ...reasons.map((reason, index) => `${index + 1}. ${reason}`)]),
  ].join('\n');
}

function formatCell(reports: readonly ConformanceReport[], reasons: readonly string[]): string {
  const failed = reports.filter(({ status }) => status === 'fail');
  const passed = reports.filter(({ status }) => status === 'pass');
  const skipped = reports.filter(({ status }) => status === 'skip');
  const notes = [...new Set([...failed, ...skipped].map(({ reason }) => `(${reasons.indexOf(reason ?? '') + 1})`))];
  if (reports.length === 0) return 'not run';
  const word = failed.length > 0 ? 'FAIL' : passed.length > 0 ? 'pass' : 'skip';
  return [word, ...notes].join(' ');
}
