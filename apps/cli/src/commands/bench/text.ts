import { formatMilliseconds, formatPercent } from '../../output/format.ts';
import { type Column, renderTable } from '../../output/table.ts';
import type { BenchResult } from './job.ts';
import type { BenchRow } from './take-turns.ts';

const contenderNames: Readonly<Record<BenchRow['contender'], string>> = {
  whole: 'whole network',
  staged: 'staged, no exits',
  early: 'early exit',
};

const columns: readonly Column[] = [
  { title: 'batch', align: 'right' },
  { title: '', align: 'left' },
  { title: 'median', align: 'right' },
  { title: 'p95', align: 'right' },
  { title: 'mean', align: 'right' },
  { title: 'images/s', align: 'right' },
  { title: 'time', align: 'right' },
  { title: 'MACs', align: 'right' },
  { title: 'speed-up', align: 'right' },
];

/** Times per batch, for people. */
export function benchText(result: BenchResult): string {
  const { machine } = result;
  return [
    renderTable(columns, result.rows.map(benchRow)),
    `\ntime and speed-up against: ${contenderNames[result.yardstick]}; ${result.policy} on ${result.input}\n`,
    `${result.runtime}, ${result.threads} thread(s); ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}, load ${machine.load}\n`,
    ...(result.profileFile === null ? [] : [`times per stage, for budgets in milliseconds: ${result.profileFile}\n`]),
  ].join('');
}

function benchRow(row: BenchRow): readonly string[] {
  return [
    String(row.batch),
    `${contenderNames[row.contender]}${row.contender === 'early' ? ` (${row.executor})` : ''}`,
    formatMilliseconds(row.medianMilliseconds),
    formatMilliseconds(row.p95Milliseconds),
    formatMilliseconds(row.meanMilliseconds),
    row.imagesPerSecond.toFixed(1),
    formatPercent(row.timeRatio),
    formatPercent(row.macsRatio),
    `${(1 / row.timeRatio).toFixed(2)} x`,
  ];
}
