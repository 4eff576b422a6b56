// The classifier that the page uses now. A switch to another runtime loads the next one before the old one is freed, so that the
// page can always answer.

import { type Classifier, type LoadClassifierOptions, loadClassifier } from 'ztw';
import { openRuntime, type RuntimeName } from './open-runtime.ts';

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

/** @param source Address of the bundle. */
export function createCurrentClassifier(source: URL): CurrentClassifier {
  let current: Classifier | null = null;
  let lastSwitch = 0;
  return {
    get current() {
      return current;
    },
    async switchTo({ runtime, worker }, options) {
      const own = ++lastSwitch;
      const isLast = (): boolean => own === lastSwitch;
      const opened = await openRuntime(runtime);
      if (!isLast()) return null;
      const next = await loadClassifier(source, opened, options);
      if (!isLast()) {
        await next.dispose();
        return null;
      }
      const previous = current;
      current = next;
      await previous?.dispose();
      return next;
    },
  };
}
