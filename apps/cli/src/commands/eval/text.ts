import {
  type BudgetReading,
  type EvaluationReport,
  type MethodReport,
  type MethodTimes,
  meanCost,
  type SettingsOrigin,
} from '@ztw/core/evaluation';
import { formatMilliseconds, formatPercent } from '../../output/format.ts';
import { type Column, renderTable } from '../../output/table.ts';

/** Patience reads the same exits as the method before it, so their accuracies are told once. */
const patienceRule = 'patience';

type Protocol = 'calibrated' | 'swept';

function protocolTitle(protocol: Protocol, { settingsOrigin, rows }: EvaluationReport): string {
  switch (protocol) {
    case 'calibrated':
      return calibratedTitle(settingsOrigin ?? { kind: 'unknown-rows' }, rows);
    case 'swept':
      return 'settings swept on these rows, as papers do';
  }
}

function calibratedTitle(origin: SettingsOrigin, rows: number): string {
  switch (origin.kind) {
    case 'other-rows':
      return 'settings chosen beforehand on other rows';
    case 'overlapping-rows':
      return `settings chosen beforehand, also on ${origin.isExact ? '' : 'about '}${origin.rows} of these ${rows} rows`;
    case 'unknown-rows':
      return 'settings chosen beforehand; whether on other rows is not known';
  }
}

/** Accuracy at budgets under both protocols, for people. */
export function evaluationText(report: EvaluationReport): string {
  return [
    ...report.references.map(
      (point) => `${point.name} alone: ${formatPercent(point.accuracy, 2)} on ${report.rows} rows\n`,
    ),
    ...timesFacts(report),
    ...(['calibrated', 'swept'] as const).map((protocol) => protocolTables(report, protocol)),
    ...report.methods.filter((method) => method.rule !== patienceRule).map(exitLine),
  ].join('');
}

/** One table of all budgets, those in MACs first; nothing where no method has a setting for any. */
function protocolTables(report: EvaluationReport, protocol: Protocol): string {
  const { methods } = report;
  const budgets = [
    ...(methods[0]?.budgets.map(({ budget }) => formatPercent(budget, 0)) ?? []),
    ...(methods[0]?.times?.budgets.map(({ budgetMilliseconds }) => formatMilliseconds(budgetMilliseconds)) ?? []),
  ];
  const columns: readonly Column[] = [
    { title: 'method', align: 'left' },
    ...budgets.map((budget): Column => ({ title: `at ${budget}`, align: 'right' })),
  ];
  const rows = methods
    .map(({ name, budgets, times }) => ({
      name,
      times,
      readings: [...budgets, ...(times?.budgets ?? [])].map((row) => row[protocol]),
    }))
    .filter(({ readings }) => protocol === 'swept' || readings.some((reading) => reading !== null))
    .map(({ name, times, readings }) => [name, ...readings.map((reading) => cell(reading, times))]);
  return rows.length === 0
    ? ''
    : `\nAccuracy (mean cost), ${protocolTitle(protocol, report)}:\n${renderTable(columns, rows)}`;
}

/** The MACs that were spent and, where they are known, the milliseconds. */
function cell(reading: BudgetReading | null, times: MethodTimes | undefined): string {
  if (reading === null) return '-';
  const time = times && `, ${formatMilliseconds(meanCost(reading.histogram, { perExit: times.exitMilliseconds }))}`;
  return `${formatPercent(reading.accuracy, 2)} (${formatPercent(reading.cost)}${time ?? ''})`;
}

/** Where times come from; one line per device, batch size and uncut network. */
function timesFacts({ methods }: EvaluationReport): readonly string[] {
  const lines = methods.flatMap(({ times }) => {
    if (times === undefined) return [];
    const { device, batchSize, wholeMilliseconds } = times;
    const whole =
      wholeMilliseconds === null ? '' : `; the uncut network takes ${formatMilliseconds(wholeMilliseconds)}`;
    return [
      `times per image in batches of ${batchSize} on: ${device ?? 'a device that the profile does not name'}${whole}\n`,
    ];
  });
  return [...new Set(lines)];
}

function exitLine(method: MethodReport): string {
  const accuracies = method.exits.map((exit) => (100 * exit.accuracy).toFixed(1)).join(' ');
  return `\n${method.name}: accuracy per exit ${accuracies} %\n`;
}
