// The classifier that the page uses now. A switch to another runtime loads the next one before the old one is freed, so that the
// page can always answer.

import { type Classifier, type LoadClassifierOptions, loadClassifier } from 'ztw';
import { openRuntime, type RuntimeName, startWorker } from './open-runtime.ts';

export interface ClassifierChoice {
  readonly runtime: RuntimeName;
  /** Whether inference runs on another thread. */
  readonly worker: boolean;
}

export interface CurrentClassifier {
  /** The classifier of the last switch that succeeded; null before the first. */
  readonly current: Classifier | null;
  /**
   * Loads the classifier anew. Of several switches under way the last one wins.
   * @returns the classifier, or null if a later switch took over.
   * @throws as `loadClassifier`; the classifier of before stays.
   */
  switchTo(choice: ClassifierChoice, options: LoadClassifierOptions): Promise<Classifier | null>;
}

/** A worker's script brings its runtime along, which is many megabytes on a slow connection. */
const workerStartMilliseconds = 120_000;

/** @param source Address of the bundle. */
export function createCurrentClassifier(source: URL): CurrentClassifier {
  let current: Classifier | null = null;
  let lastSwitch = 0;

  const load = async ({ runtime, worker }: ClassifierChoice, options: LoadClassifierOptions): Promise<Classifier> =>
    worker
      ? loadClassifier(source, null, { ...options, worker: () => startWorker(runtime), workerStartMilliseconds })
      : loadClassifier(source, await openRuntime(runtime), options);

  return {
    get current() {
      return current;
    },
    async switchTo(choice, options) {
      const own = ++lastSwitch;
      const next = await load(choice, options);
      const isLast = own === lastSwitch;
      const unused = isLast ? current : next;
      if (isLast) current = next;
      // Disposal waits for calls under way. The page does not.
      unused?.dispose().catch(() => undefined);
      return isLast ? next : null;
    },
  };
}
