// One line per exit: what it answers, how sure the ensemble is by then, and what that costs.

import type { RefinedResult } from 'ztw';
import { make, makeTrack } from '../element.ts';
import { formatPercent } from '../format.ts';

export interface ExitList {
  /** Makes the lines. */
  open(stages: readonly { readonly cost: number }[]): void;
  /**
   * Shows the answers so far.
   * @param limits The confidence that lets an image leave, one per exit; null if the policy has no such limit.
   * @returns the exit where the image left; null if it is still under way.
   */
  show(answers: readonly RefinedResult[], limits: readonly number[] | null): number | null;
}

interface Line {
  readonly item: HTMLElement;
  readonly says: HTMLElement;
  readonly sure: HTMLElement;
  readonly limit: HTMLElement;
  readonly note: HTMLElement;
  fill(share: number): void;
}

export function createExitList(list: HTMLElement): ExitList {
  let lines: readonly Line[] = [];
  return {
    open(stages) {
      lines = stages.map(({ cost }, index) => createLine(index, cost));
      list.replaceChildren(...lines.map(({ item }) => item));
    },
    show(answers, limits) {
      const left = answers.findIndex(({ isEnough, isFinal }) => isEnough || isFinal);
      for (const [index, line] of lines.entries()) {
        const answer = answers[index];
        const state = left < 0 || index < left ? 'passed' : index === left ? 'left' : 'skipped';
        line.item.dataset.state = answer === undefined ? 'pending' : state;
        line.says.textContent = answer?.label ?? '';
        line.sure.textContent = answer === undefined ? '' : formatPercent(answer.probability);
        line.note.textContent = answer === undefined ? '' : notes[state];
        line.fill(answer?.probability ?? 0);
        const limit = limits?.[index];
        line.limit.hidden = limit === undefined || limit > 1 || index === lines.length - 1;
        line.limit.style.left = `${100 * (limit ?? 0)}%`;
      }
      return left < 0 ? null : left;
    },
  };
}

/** For those who do not see the marks. */
const notes = {
  passed: 'not sure enough, goes on',
  left: 'leaves here',
  skipped: 'skipped; this is what it would say',
};

function createLine(index: number, cost: number): Line {
  const { track, fill } = makeTrack();
  const limit = make('div', 'limit');
  limit.hidden = true;
  track.append(limit);
  const says = make('span', 'says');
  const sure = make('span', 'sure');
  const note = make('span', 'hidden');
  const name = make('span', 'name', `Exit ${index + 1}`);
  const price = make('span', 'cost', `${formatPercent(cost)} work`);
  return { item: make('li', '', name, says, sure, price, note, track), says, sure, limit, note, fill };
}
