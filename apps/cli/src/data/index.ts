// Opening

export type { DataProgress, LabelledData, PixelTarget, SkippedRow } from './labelled-data.ts';
export { type OpenDataOptions, openData } from './open-data.ts';

// Choosing rows

export { matchClasses, type NetworkClasses } from './match-classes.ts';
export { limitRows, parseRowSelection, selectRows } from './select.ts';

// Network input

export {
  createPreprocessing,
  type Normalisation,
  type NormalisationOptions,
  normalisationPresets,
  resizeModes,
} from './normalisation.ts';
export { type ToInputOptions, toInput } from './preprocess.ts';

// Arrays on disk

export { type NpyArray, type NpyData, type NpyType, npyIntegers, readNpy, writeNpy } from './npy.ts';
