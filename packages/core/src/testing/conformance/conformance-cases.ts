import { compactionCases } from './compaction-cases.ts';
import { concatCases } from './concat-cases.ts';
import type { ConformanceCase } from './conformance-subject.ts';
import { descriptionCases } from './description-cases.ts';
import { inputErrorCases } from './input-error-cases.ts';
import { lifetimeCases } from './lifetime-cases.ts';
import { loopCases } from './loop-cases.ts';
import { namedInputCases } from './named-input-cases.ts';
import { stageCases } from './stage-cases.ts';

/** Every requirement of the `StagedModel` contract that can be checked from outside. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...descriptionCases,
  ...stageCases,
  ...compactionCases,
  ...concatCases,
  ...loopCases,
  ...lifetimeCases,
  ...inputErrorCases,
  ...namedInputCases,
];
