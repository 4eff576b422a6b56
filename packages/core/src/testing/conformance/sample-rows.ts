import type { InputBatch, NamedInputBatch } from '../../contract/input.ts';
import type { StagedModel } from '../../contract/staged-model.ts';
import { namedInput } from '../../input/check-input.ts';
import { takeInputRows } from '../../input/input-rows.ts';

/** Some rows of an input, as a batch of their own. */
export function sampleRows(input: InputBatch, model: StagedModel, rows: readonly number[]): NamedInputBatch {
  return takeInputRows(namedInput(input, model.inputs), Int32Array.from(rows));
}
