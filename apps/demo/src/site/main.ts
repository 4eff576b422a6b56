// The page: loads a classifier in stages, and joins the three sections that use it.

import { createBalance } from './balance.ts';
import { type ClassifierChoice, createCurrentClassifier } from './classifier/current-classifier.ts';
import { type RuntimeName, runtimeNames } from './classifier/open-runtime.ts';
import { type PageSettings, readPageSettings } from './classifier/page-settings.ts';
import { elementById } from './element.ts';
import { formatBytes } from './format.ts';
import { createManyImages } from './many-images.ts';
import { type OfflineState, workOffline } from './offline.ts';
import { fetchLabelledImages, imageFiles } from './run/labelled-images.ts';
import { createTryImage } from './try-image.ts';
import { createArrivals } from './view/arrivals.ts';

const problem = elementById('problem', HTMLElement);
const loadText = elementById('load-text', HTMLElement);
const settingsForm = elementById('settings', HTMLFormElement);
const offline = elementById('offline', HTMLElement);
const arrivals = createArrivals(elementById('load-stages', HTMLElement));

function showProblem(error: unknown): void {
  problem.textContent = error instanceof Error ? error.message : String(error);
  problem.hidden = false;
}

const offlineTexts: Readonly<Record<OfflineState, string>> = {
  unsupported: '',
  preparing: 'Preparing this page for use without a network …',
  ready: 'This page now works without a network.',
};

function choice(): ClassifierChoice {
  const form = new FormData(settingsForm);
  return { runtime: form.get('runtime') as RuntimeName, worker: form.has('worker') };
}

async function start(settings: PageSettings): Promise<void> {
  const source = new URL(settings.bundle, document.baseURI);
  const classifiers = createCurrentClassifier(source);
  const balance = createBalance(() => tryImage.refresh());
  const tryImage = createTryImage({ balance, onProblem: showProblem });
  const manyImages = createManyImages({ balance, onProblem: showProblem });

  const load = async (): Promise<void> => {
    const chosen = choice();
    problem.hidden = true;
    loadText.textContent = `Loading ${runtimeNames[chosen.runtime]} …`;
    let bytes = 0;
    try {
      const classifier = await classifiers.switchTo(chosen, {
        // The service worker stores what the page needs without a network.
        cache: false,
        onProgress: ({ loadedBytes, totalBytes }) => {
          bytes = totalBytes;
          loadText.textContent = `${formatBytes(loadedBytes)} of ${formatBytes(totalBytes)}`;
        },
      });
      if (classifier === null) return;
      const stages = classifier.stages.length;
      const showArrivals = (): void => arrivals.show(stages, classifier.stagesLoaded);
      const watch = setInterval(showArrivals, 50);
      balance.open(classifier);
      tryImage.open(classifier);
      manyImages.open(classifier);
      try {
        await classifier.ready;
      } finally {
        clearInterval(watch);
      }
      if (classifiers.current !== classifier) return;
      showArrivals();
      const place = chosen.worker ? 'on another thread' : 'on this thread';
      loadText.textContent = `${settings.name}, ${formatBytes(bytes)}, on ${runtimeNames[chosen.runtime]} ${place}`;
      document.documentElement.dataset.ready = `${chosen.runtime}${chosen.worker ? ' worker' : ''}`;
    } catch (error) {
      loadText.textContent = 'Not loaded.';
      showProblem(error);
    }
  };
  settingsForm.addEventListener('change', () => {
    delete document.documentElement.dataset.ready;
    void load();
  });

  const images = settings.images === null ? null : await fetchLabelledImages(settings.images);
  manyImages.offer(images);
  tryImage.offer(images);
  await load();
  const loaded = classifiers.current;
  if (loaded === null) return;
  await loaded.ready;
  const files = ['manifest.json', ...loaded.manifest.files.map(({ path }) => path)].map(
    (path) => new URL(path, source).href,
  );
  await workOffline(
    [...files, './settings.json', ...(settings.images === null ? [] : imageFiles(settings.images))],
    (state) => {
      offline.textContent = offlineTexts[state];
    },
  );
}

try {
  await start(await readPageSettings());
} catch (error) {
  showProblem(error);
}
