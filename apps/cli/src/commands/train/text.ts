import type { StoredOperatingPoint } from '@ztw/bundle';
import { meanCost } from '@ztw/core/evaluation';
import { formatCount, formatDuration, formatMilliseconds, formatPercent } from '../../output/format.ts';
import { limitText, limitTitle } from '../../output/operating-points.ts';
import { type Column, renderTable } from '../../output/table.ts';
import type { TrainJobResult } from './job.ts';
import { pruningText } from './pruning-text.ts';
import type { WrittenBundle } from './write-bundle.ts';

const exitColumns: readonly Column[] = [
  { title: 'exit', align: 'right' },
  { title: 'after', align: 'left' },
  { title: 'cost', align: 'right' },
  { title: 'accuracy', align: 'right' },
];

const pointColumns = ({ operatingPoints, times }: WrittenBundle): readonly Column[] => [
  { title: 'budget', align: 'right' },
  { title: limitTitle(operatingPoints), align: 'right' },
  { title: 'accuracy', align: 'right' },
  { title: 'cost', align: 'right' },
  ...(times === null ? [] : [{ title: 'time', align: 'right' } as const]),
];

/** What was trained and where it lies, for people. */
export function trainingText(result: TrainJobResult): string {
  const against =
    result.measuredAgainst === 'labels' ? '' : "; without labels, accuracy is agreement with the network's own answers";
  return [
    ...result.bundles.map(bundleText),
    `${result.trainingRows} training rows, ${result.calibrationRows} calibration rows${against}; ${formatDuration(result.seconds)}\n`,
  ].join('\n');
}

function bundleText(bundle: WrittenBundle): string {
  return [
    `${bundle.method}: ${bundle.folder} (${formatCount(bundle.bytes)}B)\n`,
    renderTable(
      exitColumns,
      bundle.exits.map((exit, index) => [
        String(index),
        exit.name,
        formatPercent(exit.share),
        formatPercent(exit.accuracy, 2),
      ]),
    ),
    '\n',
    renderTable(
      pointColumns(bundle),
      bundle.operatingPoints.map((point) => [
        formatPercent(point.budget, 0),
        limitText(point, 3),
        formatPercent(point.accuracy, 2),
        formatPercent(point.cost),
        ...timeOf(bundle, point),
      ]),
    ),
    ...(bundle.times === null
      ? []
      : [
          `times per image in batches of ${bundle.times.batchSize} on: ${bundle.times.device ?? 'an unnamed device'}\n`,
        ]),
    ...(bundle.pruning === null ? [] : ['\n', pruningText(bundle.pruning)]),
  ].join('');
}

/** Mean milliseconds at a point; nothing where no times are known. */
function timeOf({ times }: WrittenBundle, { exitShares }: StoredOperatingPoint): readonly string[] {
  if (times === null || exitShares === undefined) return [];
  return [formatMilliseconds(meanCost(exitShares, { perExit: times.exitMilliseconds }))];
}
