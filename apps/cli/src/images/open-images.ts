// Opens a data set for a network: resized to its input, checked against its classes, and reduced to the selected rows.

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
  /** Most rows, the same number of each class as far as possible; null for all. */
  readonly limit: number | null;
}

export interface OpenImagesOptions extends ImageSource {
  readonly preprocessing: Preprocessing;
  /** Labels must be classes of this network. */
  readonly network: NetworkClasses;
}

/** Most skipped images that are named. */
const namedSkips = 5;
/** Most outputs that are listed with their class. */
const namedOutputs = 12;

/**
 * @throws InvalidDataError if nothing can be read, or the classes are not the network's.
 * @throws InvalidInputError for an invalid row selection.
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
    // Without a row selection, a limit avoids decoding the other rows.
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

/** Class folders do not name outputs, so the user should see which folder is matched to which output. */
function noteOrder(name: string, classNames: readonly string[], context: JobContext): void {
  const shown = classNames.slice(0, namedOutputs).map((className, output) => `${output} = '${className}'`);
  const rest = classNames.length > namedOutputs ? ', ...' : '';
  context.onNote(
    `Note: the class folders of ${name} are matched to the network's outputs in this order: ${shown.join(', ')}${rest}. Use --class-names for another order.`,
  );
}

function noteSkips(data: LabelledData, context: JobContext): void {
  const { skipped } = data;
  for (const { name, reason } of skipped.slice(0, namedSkips)) context.onNote(`Skipped ${name}: ${reason}`);
  if (skipped.length > namedSkips) context.onNote(`Skipped ${skipped.length} images in all.`);
}
