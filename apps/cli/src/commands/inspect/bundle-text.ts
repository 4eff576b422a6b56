import { formatBar, formatCount, formatPercent, formatShapes } from '../../output/format.ts';
import { limitText, limitTitle } from '../../output/operating-points.ts';
import { type Column, renderTable } from '../../output/table.ts';
import type { BundleInspection, InspectedExit } from './inspect-bundle.ts';

const barWidth = 24;

const exitColumns: readonly Column[] = [
  { title: 'exit', align: 'right' },
  { title: 'network', align: 'left' },
  { title: 'after', align: 'left' },
  { title: 'classifier', align: 'left' },
  { title: 'parameters', align: 'right' },
  { title: 'its MACs', align: 'right' },
  { title: 'cost', align: 'right' },
  { title: '', align: 'left' },
];

const pointColumns = (points: BundleInspection['operatingPoints']): readonly Column[] => [
  { title: 'budget', align: 'right' },
  { title: limitTitle(points), align: 'right' },
  { title: 'accuracy', align: 'right' },
  { title: 'cost', align: 'right' },
];

/** A bundle's exits and operating points, for people. */
export function bundleText(inspection: BundleInspection): string {
  const ensemble = inspection.ensemble === null ? 'no ensemble' : `${inspection.ensemble} ensemble`;
  return [
    `${inspection.method} bundle, ${ensemble}, ${inspection.classes} classes, input ${formatShapes([inspection.inputShape])}, ${formatCount(inspection.bytes)}B; all hashes agree\n\n`,
    renderTable(exitColumns, inspection.exits.map(exitRow)),
    `\nOperating points, chosen and measured on the calibration rows (100 % = ${formatCount(inspection.macs)} MACs):\n`,
    renderTable(
      pointColumns(inspection.operatingPoints),
      inspection.operatingPoints.map((point) => [
        formatPercent(point.budget, 0),
        limitText(point, 4),
        formatPercent(point.accuracy, 2),
        formatPercent(point.cost),
      ]),
    ),
  ].join('');
}

function exitRow(exit: InspectedExit, index: number): readonly string[] {
  return [
    String(index),
    exit.network,
    exit.name,
    exit.head === null ? "the network's own" : `${exit.head}${exit.cascade ? ', cascade' : ''}`,
    exit.head === null ? '' : formatCount(exit.headParameters),
    exit.head === null ? '' : formatCount(exit.headMacs),
    formatPercent(exit.share),
    formatBar(exit.share, barWidth),
  ];
}
