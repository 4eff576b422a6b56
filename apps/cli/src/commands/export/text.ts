import { limitText, limitTitle } from '../../output/operating-points.ts';
import { type Column, renderTable } from '../../output/table.ts';
import type { ExportResult } from './job.ts';

const portColumns: readonly Column[] = [
  { title: '', align: 'left' },
  { title: 'name', align: 'left' },
  { title: 'type', align: 'left' },
  { title: 'shape', align: 'left' },
];

const pointColumns = ({ operatingPoints }: ExportResult): readonly Column[] => [
  { title: 'budget', align: 'right' },
  { title: limitTitle(operatingPoints), align: 'left' },
];

/** What was written and how to use it, for people. */
export function exportText(result: ExportResult): string {
  const { file, tritonModel, operatingPoints } = result;
  const points = operatingPoints.map((point) => [String(point.budget), limitText(point, null)]);
  return [
    file === null ? '' : `Wrote ${file}.\n`,
    tritonModel === null ? '' : `Wrote ${tritonModel}, a model of a Triton repository.\n`,
    '\n',
    renderTable(portColumns, portRows(result)),
    points.length === 0 ? '' : `\nCalibrated thresholds:\n${renderTable(pointColumns(result), points)}`,
  ].join('');
}

function portRows({ form, inputShape, classes, exits }: ExportResult): readonly (readonly string[])[] {
  const single = form === 'nested-if';
  const rows = single ? '1' : 'rows';
  return [
    ['in', 'input', 'float32', `[${[rows, ...inputShape].join(', ')}]`],
    ['in', 'threshold', 'float32', `[${single ? '1' : '1 or rows'}, ${exits > 2 ? `1 or ${exits - 1}` : '1'}]`],
    ['out', 'probabilities', 'float32', `[${rows}, ${classes}]`],
    ['out', 'exit', 'int64', `[${rows}]`],
  ];
}
