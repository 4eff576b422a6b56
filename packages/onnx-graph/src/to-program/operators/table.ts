import type { OperatorTranslation } from '../node-reader.ts';
import { binaryOperators } from './binary.ts';
import { concatOperators } from './concat.ts';
import { constantOperators } from './constants.ts';
import { convolutionOperators } from './convolution.ts';
import { extensionOperators } from './extension.ts';
import { functionOperators } from './functions.ts';
import { poolOperators } from './pools.ts';
import { productOperators } from './products.ts';
import { reductionOperators } from './reductions.ts';
import { selectionOperators } from './selection.ts';
import { shapeOperators } from './shapes.ts';

/** Every operator that programs can express, by its ONNX name. */
export const translations: ReadonlyMap<string, OperatorTranslation> = new Map(
  Object.entries({
    ...convolutionOperators,
    ...poolOperators,
    ...functionOperators,
    ...binaryOperators,
    ...productOperators,
    ...reductionOperators,
    ...shapeOperators,
    ...concatOperators,
    ...selectionOperators,
    ...extensionOperators,
    ...constantOperators,
  }),
);
