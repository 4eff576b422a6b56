import { formatBar, formatCount, formatPercent, formatShapes } from '../../output/format.ts';
import { type Column, renderTable } from '../../output/table.ts';
import type { InspectedCut, NetworkInspection } from './inspect-network.ts';

const barWidth = 24;

const columns: readonly Column[] = [
  { title: 'cut', align: 'left' },
  { title: 'shape', align: 'left' },
  { title: 'parameters', align: 'right' },
  { title: 'MACs', align: 'right' },
  { title: 'share', align: 'right' },
  { title: '', align: 'left' },
  { title: 'taken by', align: 'left' },
];

/** A network's facts and its table of cuts, for people. */
export function networkText(inspection: NetworkInspection, options: { readonly everyCut: boolean }): string {
  const shown = options.everyCut ? inspection.cuts : inspection.cuts.filter((cut) => cut.takenBy.length > 0);
  const hidden = inspection.cuts.length - shown.length;
  const batch = inspection.batch === 'dynamic' ? 'any number of rows' : `${inspection.batch} row(s) at a time`;
  return [
    `${inspection.name}: ${formatCount(inspection.parameters)} parameters, ${formatCount(inspection.macs)} MACs per row, opset ${inspection.opset}\n`,
    `input  ${inspection.input.name}  ${formatShapes([inspection.input.rowShape])}, ${batch}\n`,
    `output ${inspection.output.name}  ${inspection.output.classes} classes\n\n`,
    renderTable(columns, shown.map(cutRow)),
    hidden === 0 ? '' : `\n${hidden} more legal cuts are inside the blocks; list them with --every-cut.\n`,
  ].join('');
}

function cutRow(cut: InspectedCut): readonly string[] {
  return [
    cut.name,
    formatShapes(cut.shapes),
    formatCount(cut.parameters),
    formatCount(cut.macs),
    formatPercent(cut.share),
    formatBar(cut.share, barWidth),
    cut.takenBy.join(', '),
  ];
}
