import type { BudgetReading, EvaluationReport, MethodReport } from '@ztw/core';
import { formatPercent } from './format.ts';
import { type Column, renderTable } from './table.ts';

/** Accuracy at budgets under both protocols, for people. */
export function evaluationText(report: EvaluationReport): string {
  const budgets = report.methods[0]?.budgets.map((row) => row.budget) ?? [];
  const columns: readonly Column[] = [
    { title: 'method', align: 'left' },
    ...budgets.map((budget): Column => ({ title: `at ${formatPercent(budget, 0)}`, align: 'right' })),
  ];
  const table = (protocol: 'calibrated' | 'swept'): string =>
    renderTable(
      columns,
      report.methods
        .filter((method) => method.budgets.some((row) => row[protocol] !== null))
        .map((method) => [method.name, ...method.budgets.map((row) => cell(row[protocol]))]),
    );
  const hasCalibrated = report.methods.some((method) => method.budgets.some((row) => row.calibrated !== null));
  return [
    ...report.references.map(
      (point) => `${point.name} alone: ${formatPercent(point.accuracy, 2)} on ${report.rows} rows\n`,
    ),
    ...(hasCalibrated
      ? ['\nAccuracy (mean cost), settings chosen beforehand on other rows:\n', table('calibrated')]
      : []),
    '\nAccuracy (mean cost), settings swept on these rows, as papers do:\n',
    table('swept'),
    ...report.methods.filter((method) => method.rule === 'threshold').map(exitLine),
  ].join('');
}

function cell(reading: BudgetReading | null): string {
  return reading === null ? '-' : `${formatPercent(reading.accuracy, 2)} (${formatPercent(reading.cost)})`;
}

function exitLine(method: MethodReport): string {
  const accuracies = method.exits.map((exit) => (100 * exit.accuracy).toFixed(1)).join(' ');
  return `\n${method.name}: accuracy per exit ${accuracies} %\n`;
}
