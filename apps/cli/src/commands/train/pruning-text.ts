import type { PruningReport } from '@ztw/training';
import { formatCount, formatMilliseconds, formatPercent } from '../../output/format.ts';
import { type Column, renderTable } from '../../output/table.ts';

const columns: readonly Column[] = [
  { title: 'dropped exit', align: 'left' },
  { title: 'cost with it', align: 'right' },
  { title: 'without', align: 'right' },
];

/** Which exits were dropped, and whether early exit pays, for people. */
export function pruningText(report: PruningReport): string {
  const { dropped, trainings, wholeCost } = report;
  const cost = (value: number | null): string => (value === null ? '-' : formatPercent(value / wholeCost, 2));
  const again = trainings > 1 ? `; ICs were trained ${trainings} times, the last time on the cuts that stay` : '';
  return [
    ...(dropped.length === 0
      ? ['no exit costs more than it saves: all stay\n']
      : [
          renderTable(
            columns,
            dropped.map(({ name, costWith, costWithout }) => [name, cost(costWith), cost(costWithout)]),
          ),
          `${dropped.length} exit(s) dropped, ${report.kept.length} stay, the last one included${again}\n`,
        ]),
    `${verdictText(report)}\n`,
  ].join('');
}

function verdictText(report: PruningReport): string {
  const { verdict, kept, cost, wholeCost, dropped } = report;
  const at = `at ${formatPercent(report.accuracy, 2)} right on the calibration rows`;
  const whole = `the full network ${costText(report, wholeCost)}`;
  const alone = kept.length === 1 ? ' The bundle holds the full network alone.' : '';
  if (verdict.kind === 'early-exit') {
    return `Early exit pays here: ${at}, an image costs ${costText(report, cost ?? wholeCost)}, ${whole} (${formatPercent((cost ?? wholeCost) / wholeCost)}).`;
  }
  if (verdict.kind === 'alternative') {
    return `Early exit does not pay here; another network is better: ${verdict.name} is accurate enough (${at}) and costs less than the early exits and ${whole}.${alone}`;
  }
  const reason =
    kept.length > 1
      ? `${at}, an image costs ${costText(report, cost ?? wholeCost)}, ${whole}`
      : dropped.some(({ costWith }) => costWith === null)
        ? `no threshold is ${at}; --prune-tolerance allows a loss`
        : `${at}, no exit saves what it costs`;
  return `Early exit does not pay here; the full network or a smaller one is better: ${reason}.${alone}`;
}

function costText({ unit }: PruningReport, cost: number): string {
  return unit === 'macs' ? `${formatCount(cost)} MACs` : formatMilliseconds(cost);
}
