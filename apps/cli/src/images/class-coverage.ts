import { missingClasses } from '@ztw/core/evaluation';
import type { LabelledData } from '../data/index.ts';

/** How many missing classes are named. */
const namedClasses = 8;

/**
 * A caution where rows lack classes, as the first rows of a folder that is sorted by class do.
 * @param kind What the rows are for: `calibration`.
 * @returns null where every class has a row, or there are no labels.
 */
export function missingClassesCaution(kind: string, data: LabelledData, classes: number): string | null {
  const { labels, classNames, name } = data;
  if (labels === null) return null;
  const missing = missingClasses(labels, classes);
  if (missing.length === 0) return null;
  const named = missing.slice(0, namedClasses).map((label) => classNames?.[label] ?? String(label));
  const rest = missing.length > namedClasses ? ', ...' : '';
  return `Caution: ${missing.length} of ${classes} classes have no row among the ${labels.length} ${kind} rows of ${name} (${named.join(', ')}${rest}), so accuracies and thresholds say nothing of them. Rows of data that is sorted by class are better chosen by --limit or a .npy file of row numbers than by a range.`;
}
