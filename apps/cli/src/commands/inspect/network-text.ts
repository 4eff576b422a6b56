import {
  absent,
  formatBar,
  formatCount,
  formatMilliseconds,
  formatPercent,
  formatShapes,
} from '../../output/format.ts';
import { designText, headsCostText } from '../../output/head-text.ts';
import { predictionText } from '../../output/prediction-text.ts';
import { type Column, renderTable } from '../../output/table.ts';
import type { InspectedCut, NetworkInspection } from './inspect-network.ts';

const barWidth = 24;

const columns: readonly Column[] = [
  { title: 'cut', align: 'left' },
  { title: 'shape', align: 'left' },
  { title: 'parameters', align: 'right' },
  { title: 'MACs', align: 'right' },
  { title: 'share', align: 'right' },
  { title: 'time', align: 'right' },
  { title: '', align: 'left' },
  { title: 'taken by', align: 'left' },
  { title: 'default head', align: 'left' },
  { title: 'MACs', align: 'right' },
  { title: 'parameters', align: 'right' },
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
    ...headLines(inspection.heads),
    ...predictionLines(inspection),
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
    formatMilliseconds(cut.predictedMilliseconds),
    formatBar(cut.share, barWidth),
    cut.takenBy.join(', '),
    ...headCells(cut.head),
  ];
}

/** The head, its MACs as a share of the network's, and its parameters. */
function headCells(head: InspectedCut['head']): readonly string[] {
  if (head === null) return [absent, absent, absent];
  const instead = head.insteadOf === null ? '' : ` instead of ${designText(head.insteadOf.design)}`;
  return [`${designText(head.design)}${instead}`, formatPercent(head.macsShare), formatCount(head.parameters)];
}

function headLines({ auto, all }: NetworkInspection['heads']): readonly string[] {
  return [
    ...(auto === null ? [] : [`\nDefault heads at the cuts of auto cost ${headsCostText(auto)}.\n`]),
    ...(all === null ? [] : [`At those of all they cost ${headsCostText(all)}.\n`]),
  ];
}

/** Times are predictions: nothing was run. */
function predictionLines({ name, predicted, runtime }: NetworkInspection): readonly string[] {
  return predicted === null ? [] : [`\n${predictionText(name, predicted, runtime)}\n`];
}
