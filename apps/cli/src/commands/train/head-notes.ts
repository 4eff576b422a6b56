// What the heads of a network will cost, and where they are cheaper than the usual ones, before they are trained.

import type { HeadsReport, ReportedHead } from '@ztw/training/onnx';
import { formatPercent } from '../../output/format.ts';
import { designText, headsCostText } from '../../output/head-text.ts';

/** One line on all heads, one on each that took the place of another, one where they are expensive all the same. */
export function headNotes(report: HeadsReport): readonly string[] {
  const { network, heads, cutsLeftOut, total, asked, withinBounds } = report;
  const advice = asked
    ? '--head auto without options takes cheaper ones'
    : 'these are the smallest; fewer cuts cost less';
  return [
    `${network}: its ${heads.length} head(s) cost ${headsCostText(total)}.`,
    ...(cutsLeftOut === 0
      ? []
      : [
          `Note: ${network} is cut at ${heads.length} place(s) instead of ${heads.length + cutsLeftOut}, because more heads would be too expensive. --cuts ${heads.length + cutsLeftOut} takes all.`,
        ]),
    ...heads.flatMap((head) => replacementNote(network, head)),
    ...(withinBounds ? [] : [`Caution: these heads are expensive beside ${network}; ${advice}.`]),
  ];
}

function replacementNote(network: string, { insteadOf, ...head }: ReportedHead): readonly string[] {
  if (insteadOf === null) return [];
  const costs = ({ macsShare, parametersShare }: Pick<ReportedHead, 'macsShare' | 'parametersShare'>): string =>
    `${formatPercent(macsShare)} of the MACs, ${formatPercent(parametersShare)} as many parameters`;
  return [
    `Note: ${network}, cut ${head.cut}: the head is ${designText(head.design)} (${costs(head)}) instead of ${designText(insteadOf.design)}, which is too expensive (${costs(insteadOf)}). --head ${insteadOf.design.family ?? 'auto'} takes that.`,
  ];
}
