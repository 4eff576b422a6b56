// The results of a race as lines of a Markdown table.

import { timeShare } from '@ztw/core/evaluation';
import { median } from '../median.ts';
import type { Raced } from './race.ts';

export interface RacedBatch {
  readonly runtime: string;
  readonly batch: number;
  readonly imagesPerRound: number;
  readonly raced: readonly Raced[];
}

export const speedTableHead: readonly string[] = [
  '| runtime | batch | contender | ms per image | images/s | of whole | quartiles | of whole + heads | MACs | accuracy |',
  '| --- | ---: | --- | ---: | ---: | ---: | --- | ---: | ---: | ---: |',
];

/** The first two contenders are the baselines: the whole network, and the whole network with heads. */
export function speedTableLines({ runtime, batch, imagesPerRound, raced }: RacedBatch): readonly string[] {
  const [whole, withHeads] = raced as readonly [Raced, Raced, ...Raced[]];
  return raced.map((contender) => {
    const perImage = median(contender.milliseconds) / imagesPerRound;
    const share = timeShare(contender, whole);
    const cells = [
      runtime,
      batch,
      contender.name,
      perImage.toFixed(2),
      (1000 / perImage).toFixed(0),
      share.median.toFixed(3),
      share.quartiles.map((value) => value.toFixed(2)).join(' to '),
      timeShare(contender, withHeads).median.toFixed(3),
      percent(contender.macs),
      percent(contender.accuracy),
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
