import type { RankedClass } from 'ztw';
import { make, makeTrack } from '../element.ts';
import { formatPercent } from '../format.ts';

/** Shows the most probable classes as bars, the best first. */
export function showClassBars(target: HTMLElement, top: readonly RankedClass[]): void {
  const bars = make('div', 'bars');
  for (const { label, probability } of top) {
    const { track, fill } = makeTrack();
    fill(probability);
    bars.append(make('span', '', label), track, make('span', 'sure', formatPercent(probability)));
  }
  target.replaceChildren(bars);
}
