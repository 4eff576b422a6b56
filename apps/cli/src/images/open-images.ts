// Opens a data set for a network: brought to its input size, checked against its classes, cut down to the rows that are wanted.

import type { Preprocessing } from '@ztw/bundle';
import {
  type DataProgress,
  type LabelledData,
  limitRows,
  matchClasses,
  type NetworkClasses,
  openData,
  parseRowSelection,
  selectRows,
} from '../data/index.ts';
import type { JobContext } from '../program/job-context.ts';

/** Which images. */
export interface ImageSource {
  /** A folder, archive, array file or `fashion-mnist:train`. */
  readonly path: string;
  /** `start:end` or a `.npy` file of row numbers; null for all rows. */
  readonly rows: string | null;
  /** At most this many rows, all classes in equal parts as far as they go; null for all. */
  readonly limit: number | null;
}

export interface OpenImagesOptions extends ImageSource {
  readonly preprocessing: Preprocessing;
  /** Labels must be classes of this network. */
  readonly network: NetworkClasses;
}

/** How many skipped images are named one by one. */
const namedSkips = 5;
/** How many outputs are named with their class. */
const namedOutputs = 12;

/**
 * @throws InvalidDataError when nothing can be read there, or its classes are not the network's.
 * @throws InvalidInputError for a row selection that is none.
 */
export async function openImages(options: OpenImagesOptions, context: JobContext): Promise<LabelledData> {
  const { path, preprocessing } = options;
  const { height, width, channels, resize } = preprocessing;
  const opened = await openData(path, {
    height,
    width,
    channels,
    resize,
    signal: context.signal,
    // Without a choice of rows, a limit saves decoding the others.
    ...(options.rows === null && options.limit !== null ? { limit: options.limit } : {}),
    onProgress: (progress) => report(path, progress, context),
  });
  noteSkips(opened, context);
  const data = matchClasses(opened, options.network);
  if (data.classNames !== null && data.classNames !== options.network.labels)
    noteOrder(data.name, data.classNames, context);
  if (options.rows === null) return data;
  const chosen = selectRows(data, await parseRowSelection(options.rows, data.rows));
  return options.limit === null ? chosen : selectRows(chosen, limitRows(chosen.rows, chosen.labels, options.limit));
}

function report(path: string, progress: DataProgress, context: JobContext): void {
  context.onProgress({
    phase: `${progress.phase === 'reading' ? 'Reading' : 'Decoding'} ${path}`,
    done: progress.done,
    total: progress.total ?? progress.done + 1,
    remainingSeconds: null,
    detail: null,
  });
}

/** Class folders say nothing of outputs, so a person should see which is taken for which. */
function noteOrder(name: string, classNames: readonly string[], context: JobContext): void {
  const shown = classNames.slice(0, namedOutputs).map((className, output) => `${output} = '${className}'`);
  const rest = classNames.length > namedOutputs ? ', ...' : '';
  context.onNote(
    `Note: the classes of ${name} are taken for the network's outputs in this order: ${shown.join(', ')}${rest}. --class-names gives another.`,
  );
}

function noteSkips(data: LabelledData, context: JobContext): void {
  const { skipped } = data;
  for (const { name, reason } of skipped.slice(0, namedSkips)) context.onNote(`Skipped ${name}: ${reason}`);
  if (skipped.length > namedSkips) context.onNote(`Skipped ${skipped.length} images in all.`);
}
