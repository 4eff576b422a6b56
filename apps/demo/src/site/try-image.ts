// The section where people bring an image and watch it go through the stages.

import type { Classifier, RefinedResult } from 'ztw';
import type { Balance } from './balance.ts';
import { elementById, make } from './element.ts';
import { formatPercent } from './format.ts';
import { createCamera } from './input/camera.ts';
import { createDrawPad } from './input/draw-pad.ts';
import { copyPicture, type PictureSource, readPicture, showSeen } from './input/picture.ts';
import type { LabelledImages } from './run/labelled-images.ts';
import { showClassBars } from './view/class-bars.ts';
import { createExitList } from './view/exit-list.ts';

export interface TryImage {
  /** Uses another classifier from now on. */
  open(classifier: Classifier): void;
  /** Offers examples; null if there are none. */
  offer(images: LabelledImages | null): void;
  /** Classifies the present picture again, for another choice of the balance. */
  refresh(): void;
}

export interface TryImageOptions {
  readonly balance: Balance;
  readonly onProblem: (error: unknown) => void;
}

const sources = ['examples', 'draw', 'photo', 'camera'] as const;
type Source = (typeof sources)[number];

const examplesShown = 10;
/** Between two stages, so that eyes can follow. */
const pauseMilliseconds = 160;
const isCalm: MediaQueryList = matchMedia('(prefers-reduced-motion: reduce)');

export function createTryImage({ balance, onProblem }: TryImageOptions): TryImage {
  const answer = elementById('answer', HTMLElement);
  const explanation = elementById('explanation', HTMLElement);
  const settling = elementById('settling', HTMLElement);
  const seen = elementById('seen', HTMLCanvasElement);
  const invert = elementById('invert', HTMLInputElement);
  const invertLine = elementById('invert-line', HTMLElement);
  const exits = createExitList(elementById('exits', HTMLElement));
  let classifier: Classifier | null = null;
  let picture: PictureSource | null = null;
  let source: Source = 'examples';
  let run = new AbortController();

  /** Follows the present picture through all stages. */
  const classify = async (pause: number): Promise<void> => {
    run.abort();
    run = new AbortController();
    const { signal } = run;
    if (classifier === null || picture === null) return;
    const isPhoto = source === 'photo' || source === 'camera';
    const grey = classifier.manifest.preprocessing?.channels === 1;
    const input = copyPicture(picture, isPhoto && grey && invert.checked);
    showSeen(seen, input, grey);
    const answers: RefinedResult[] = [];
    try {
      const resize = classifier.manifest.preprocessing?.resize === 'none' ? ({ resize: 'cover' } as const) : {};
      for await (const next of classifier.refine(input, { ...balance.call, ...resize, signal })) {
        if (signal.aborted) return;
        answers.push(next);
        show(answers);
        if (pause > 0 && !next.isFinal) await new Promise((resolve) => setTimeout(resolve, pause));
      }
    } catch (error) {
      if (!signal.aborted) onProblem(error);
    }
  };
  const follow = (): void => void classify(isCalm.matches ? 0 : pauseMilliseconds);

  const show = (answers: readonly RefinedResult[]): void => {
    const left = exits.show(answers, balance.limits);
    // What comes after the exit is shown, but it is not the answer.
    const shown = answers[left ?? answers.length - 1];
    if (shown === undefined || classifier === null) return;
    answer.textContent = `${shown.label}, ${formatPercent(shown.probability)}`;
    showClassBars(settling, shown.top);
    const text = left === null ? 'Not sure enough yet …' : classifier.explain(shown);
    if (explanation.textContent !== text) explanation.textContent = text;
  };

  const take = (next: PictureSource, pause: 'follow' | 'at once'): void => {
    picture = next;
    if (pause === 'follow') follow();
    else void classify(0);
  };

  const choose = (next: Source): void => {
    source = next;
    for (const name of sources) elementById(`panel-${name}`, HTMLElement).hidden = name !== next;
    for (const input of document.querySelectorAll<HTMLInputElement>('input[name=source]')) {
      input.checked = input.value === next;
    }
    // Answers that change all the time would be read out all the time.
    explanation.setAttribute('aria-live', next === 'camera' || next === 'draw' ? 'off' : 'polite');
    invertLine.hidden = (next !== 'photo' && next !== 'camera') || classifier?.manifest.preprocessing?.channels !== 1;
    if (next !== 'camera') stopCamera();
    if (next === 'draw' && !pad.isEmpty) take(pad.canvas, 'at once');
  };

  const pad = createDrawPad(elementById('pad', HTMLCanvasElement), () => take(pad.canvas, 'at once'));
  elementById('undo', HTMLButtonElement).addEventListener('click', () => pad.undo());
  elementById('clear', HTMLButtonElement).addEventListener('click', () => pad.clear());
  const takeFile = async (file: Blob): Promise<void> => {
    try {
      choose('photo');
      take(await readPicture(file), 'follow');
    } catch (error) {
      onProblem(error);
    }
  };
  receiveFiles(elementById('file', HTMLInputElement), (file) => void takeFile(file));

  const cameraToggle = elementById('camera-toggle', HTMLButtonElement);
  const camera = createCamera(elementById('video', HTMLVideoElement), async (video) => {
    picture = video;
    await classify(0);
  });
  function stopCamera(): void {
    if (!camera.isOn) return;
    camera.stop();
    if (picture instanceof HTMLVideoElement) picture = null;
    cameraToggle.textContent = 'Start the camera';
  }
  cameraToggle.addEventListener('click', async () => {
    if (camera.isOn) return stopCamera();
    try {
      await camera.start();
      cameraToggle.textContent = 'Stop the camera';
    } catch (error) {
      onProblem(error);
    }
  });

  elementById('sources', HTMLElement).addEventListener('change', (event) => {
    choose((event.target as HTMLInputElement).value as Source);
  });
  invert.addEventListener('change', follow);

  return {
    open(next) {
      classifier = next;
      exits.open(next.stages);
      const { width, height } = next.manifest.preprocessing ?? { width: 28, height: 28 };
      seen.width = width;
      seen.height = height;
      choose(source);
      follow();
    },
    offer(offered) {
      if (offered === null) {
        elementById('source-examples', HTMLElement).hidden = true;
        choose('photo');
        return;
      }
      const { images, labels } = offered;
      const show = createExamples(
        images,
        labels,
        () => classifier?.labels ?? null,
        (image) => take(image, 'follow'),
      );
      elementById('more-examples', HTMLButtonElement).addEventListener('click', show);
      show();
    },
    refresh: follow,
  };
}

/** Buttons with images, ten at a time. @returns shows the next ten. */
function createExamples(
  images: readonly ImageData[],
  labels: readonly number[] | null,
  names: () => readonly string[] | null,
  onChoice: (image: HTMLCanvasElement) => void,
): () => void {
  const target = elementById('examples', HTMLElement);
  let first = -examplesShown;
  const choose = (button: HTMLButtonElement, canvas: HTMLCanvasElement): void => {
    for (const other of target.children) other.setAttribute('aria-pressed', String(other === button));
    onChoice(canvas);
  };
  return () => {
    first = (first + examplesShown) % images.length;
    const buttons = images.slice(first, first + examplesShown).map((image, index) => {
      const canvas = make('canvas', '');
      canvas.width = image.width;
      canvas.height = image.height;
      canvas.getContext('2d')?.putImageData(image, 0, 0);
      const button = make('button', '', canvas);
      button.type = 'button';
      const label = labels?.[first + index];
      button.setAttribute(
        'aria-label',
        `Example ${index + 1}: ${label === undefined ? 'image' : (names()?.[label] ?? label)}`,
      );
      button.setAttribute('aria-pressed', 'false');
      button.addEventListener('click', () => choose(button, canvas));
      return { button, canvas };
    });
    target.replaceChildren(...buttons.map(({ button }) => button));
    const [start] = buttons;
    if (start !== undefined) choose(start.button, start.canvas);
  };
}

/** Takes a file from the field, or dropped anywhere on the page. */
function receiveFiles(field: HTMLInputElement, onFile: (file: File) => void): void {
  field.addEventListener('change', () => {
    const [file] = field.files ?? [];
    if (file !== undefined) onFile(file);
    // The same file may be chosen again.
    field.value = '';
  });
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('dragging');
  });
  document.addEventListener('dragleave', () => document.body.classList.remove('dragging'));
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    document.body.classList.remove('dragging');
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) onFile(file);
  });
}
