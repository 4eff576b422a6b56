// A race as a line of a Markdown table.

import { timeShare } from '@ztw/core/evaluation';
import { median } from '../median.ts';
import type { ContenderName, RacedRealSize } from './race-real-size.ts';

export const realSizeHead: readonly string[] = [
  '| network | runtime | batch | whole, ms per image | nobody leaves: staged | one file | time before the exit | half leave: staged | one file | promised | saved: staged | one file | rounds |',
  '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
];

/** All shares but `saved` are of the whole network's time in the same round, as medians. */
export function realSizeLine(
  { title, runtime, batch }: { readonly title: string; readonly runtime: string; readonly batch: number },
  { timed, imagesPerRound }: RacedRealSize,
): string {
  const share = (name: ContenderName): number => timeShare(timed[name], timed.whole).median;
  const before = share('up to the middle exit');
  const promised = 1 - (1 - before) / 2;
  const saved = (name: ContenderName): string => percent((1 - share(name)) / (1 - promised));
  const cells = [
    title,
    runtime,
    batch,
    (median(timed.whole.milliseconds) / imagesPerRound).toFixed(2),
    share('staged, nobody leaves').toFixed(3),
    share('one file, nobody leaves').toFixed(3),
    before.toFixed(3),
    share('staged, half leave').toFixed(3),
    share('one file, half leave').toFixed(3),
    promised.toFixed(3),
    saved('staged, half leave'),
    saved('one file, half leave'),
    timed.whole.milliseconds.length,
  ];
  return `| ${cells.join(' | ')} |`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
