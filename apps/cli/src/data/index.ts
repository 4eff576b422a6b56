// Opening

export type { DataProgress, LabelledData, PixelTarget, SkippedRow } from './labelled-data.ts';
export { type OpenDataOptions, openData } from './open-data.ts';

// Classes and rows

export { readClassNames, withClassNames } from './class-names.ts';
export { hashRows, rowHashName } from './hash-rows.ts';
export { matchClasses, type NetworkClasses } from './match-classes.ts';
export { limitRows, parseRowSelection, selectRows } from './select.ts';

// Network input

export {
  createPreprocessing,
  isNormalisationGiven,
  type Normalisation,
  type NormalisationOptions,
  normalisationPresets,
  otherPresets,
  resizeModes,
} from './normalisation.ts';
export { type ToInputOptions, toInput } from './preprocess.ts';

// Arrays on disk

export { type NpyArray, type NpyData, type NpyType, npyIntegers, readNpy, writeNpy } from './npy.ts';
