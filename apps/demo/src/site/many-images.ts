// The section that classifies many images, with early exits and without, and counts.

import type { Classifier } from 'ztw';
import type { Balance } from './balance.ts';
import { elementById } from './element.ts';
import { formatMilliseconds, formatPercent } from './format.ts';
import { readPicture } from './input/picture.ts';
import type { LabelledImages } from './run/labelled-images.ts';
import { measureRun, type RunCounters } from './run/measure-run.ts';
import { createExitShares } from './view/exit-shares.ts';
import { showFacts } from './view/facts.ts';

export interface ManyImages {
  open(classifier: Classifier): void;
  /** Offers a set of labelled images; without one, people choose files. */
  offer(images: LabelledImages | null): void;
}

export interface ManyImagesOptions {
  readonly balance: Balance;
  readonly onProblem: (error: unknown) => void;
}

export function createManyImages({ balance, onProblem }: ManyImagesOptions): ManyImages {
  const start = elementById('run-start', HTMLButtonElement);
  const files = elementById('run-files', HTMLInputElement);
  const progress = elementById('run-progress', HTMLProgressElement);
  const facts = elementById('run-facts', HTMLElement);
  const text = elementById('run-text', HTMLElement);
  const shares = createExitShares(elementById('run-shares', HTMLElement));
  let classifier: Classifier | null = null;
  let offered: LabelledImages | null = null;
  let running: AbortController | null = null;

  const update = (): void => {
    start.textContent = running === null ? `Run${offered === null ? '' : ` ${offered.images.length} images`}` : 'Stop';
    start.disabled = classifier === null || (offered === null && running === null);
  };

  async function run<Image extends ImageData | File>(
    images: readonly Image[],
    labels: readonly number[] | null,
  ): Promise<void> {
    if (classifier === null || images.length === 0) return;
    const used = classifier;
    const own = new AbortController();
    running = own;
    update();
    text.textContent = 'Running …';
    progress.value = 0;
    shares.open(used.stages.length);
    balance.showMeasured(null);
    let last: RunCounters | null = null;
    try {
      await used.ready;
      const open = async (image: Image): Promise<ImageData | ImageBitmap> =>
        image instanceof ImageData ? image : readPicture(image as File);
      const resize = used.manifest.preprocessing?.resize === 'none' ? ({ resize: 'cover' } as const) : {};
      const call = { ...balance.call, ...resize };
      for await (const { counters, inputs, results } of measureRun(used, {
        images,
        open,
        labels,
        call,
        signal: own.signal,
      })) {
        last = counters;
        progress.value = counters.done / counters.total;
        showFacts(facts, factsOf(counters));
        shares.show(counters.exits);
        for (const [index, result] of results.entries()) {
          const input = inputs[index] as ImageData | ImageBitmap;
          shares.add(result.exit, input instanceof ImageData ? await createImageBitmap(input) : input);
        }
        for (const input of inputs) if (input instanceof ImageBitmap) input.close();
        // The page stays alive between two batches, also where the network runs on this thread.
        await new Promise(requestAnimationFrame);
      }
      text.textContent = last === null ? '' : sentenceOf(last);
      if (last?.correct) balance.showMeasured({ cost: last.cost, accuracy: last.correct.early / last.done });
    } catch (error) {
      text.textContent = own.signal.aborted ? 'Stopped.' : 'The run ended early.';
      if (!own.signal.aborted) onProblem(error);
    } finally {
      running = null;
      update();
    }
  }

  start.addEventListener('click', () => {
    if (running !== null) running.abort();
    else if (offered !== null) void run(offered.images, offered.labels);
  });
  files.addEventListener('change', () => {
    const chosen = [...(files.files ?? [])];
    files.value = '';
    if (running === null) void run(chosen, null);
  });
  update();

  return {
    open(next) {
      running?.abort();
      classifier = next;
      showFacts(facts, []);
      text.textContent = '';
      progress.value = 0;
      shares.open(next.stages.length);
      update();
    },
    offer(images) {
      offered = images;
      elementById('run-files-line', HTMLElement).hidden = images !== null;
      start.hidden = images === null;
      elementById('run-lead', HTMLElement).textContent =
        images === null
          ? 'Choose images of your own. They run with early exits and through all stages, in turns.'
          : `${images.images.length} test images that the network has never seen run with early exits and through all stages, in turns.`;
      update();
    },
  };
}

function factsOf({ done, cost, correct, same, milliseconds }: RunCounters): readonly (readonly [string, string])[] {
  const { early, full } = milliseconds;
  return [
    ['images', String(done)],
    ['images per second', String(Math.round((1000 * done) / early))],
    ['time saved', formatPercent(1 - early / full)],
    ['of the work', formatPercent(cost)],
    correct === null
      ? ['same answer as all stages', formatPercent(same / done)]
      : ['correct', `${((100 * correct.early) / done).toFixed(1)} %`],
  ];
}

function sentenceOf({ done, correct, milliseconds }: RunCounters): string {
  const { early, full } = milliseconds;
  const each = `${formatMilliseconds(early / done)} per image with early exits, ${formatMilliseconds(full / done)} through all stages, on this device`;
  if (correct === null) return `${each}.`;
  const [some, all] = [correct.early, correct.full].map((count) => `${((100 * count) / done).toFixed(1)} %`);
  return `${each}. Correct: ${some} with early exits, ${all} through all stages.`;
}
