// Where the images of a run leave: a bar per exit, and the last images that left there.

import { make, makeTrack } from '../element.ts';
import { formatPercent } from '../format.ts';

export interface ExitShares {
  /** Makes the lines, all empty. */
  open(exitCount: number): void;
  /** @param exits Images that left at each exit so far. */
  show(exits: readonly number[]): void;
  /** Adds an image to those that left at an exit. */
  add(exit: number, image: CanvasImageSource): void;
}

const thumbnail = 28;

interface Line {
  readonly item: HTMLElement;
  readonly count: HTMLElement;
  readonly context: CanvasRenderingContext2D;
  fill(share: number): void;
  images: number;
}

export function createExitShares(list: HTMLElement): ExitShares {
  let lines: readonly Line[] = [];
  return {
    open(exitCount) {
      lines = Array.from({ length: exitCount }, (_, index) => createLine(index));
      list.replaceChildren(...lines.map(({ item }) => item));
      for (const { context } of lines) {
        const { canvas } = context;
        canvas.width = Math.max(thumbnail, Math.floor(canvas.clientWidth / thumbnail) * thumbnail);
        canvas.height = thumbnail;
        canvas.style.width = `${canvas.width}px`;
      }
    },
    show(exits) {
      const total = exits.reduce((sum, count) => sum + count, 0);
      for (const [index, line] of lines.entries()) {
        const count = exits[index] ?? 0;
        const share = total === 0 ? 0 : count / total;
        line.fill(share);
        line.count.textContent = `${count}, ${formatPercent(share)}`;
      }
    },
    add(exit, image) {
      const line = lines[exit];
      if (line === undefined) return;
      const { context } = line;
      // From left to right, and from the start again.
      const place = line.images % Math.floor(context.canvas.width / thumbnail);
      context.drawImage(image, place * thumbnail, 0, thumbnail, thumbnail);
      line.images++;
    },
  };
}

function createLine(index: number): Line {
  const { track, fill } = makeTrack();
  const count = make('span', 'count', '0');
  const canvas = make('canvas', '');
  canvas.setAttribute('aria-hidden', 'true');
  const item = make('li', '', make('span', 'name', `Exit ${index + 1}`), track, count, canvas);
  return { item, count, context: canvas.getContext('2d') as CanvasRenderingContext2D, fill, images: 0 };
}
