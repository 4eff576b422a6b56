import type { StageDescription } from '../contract/staged-model.ts';
import { RuntimeFailureError } from '../errors/errors.ts';
import { firstNotFinite } from '../numeric/first-not-finite.ts';

/**
 * Checks what a stage returned. NaN would pass every later step in silence: no comparison with it is true.
 * @throws RuntimeFailureError for a wrong number of values, and for one that is not finite.
 */
export function checkLogits(logits: Float32Array, rows: number, classes: number, stage: StageDescription): void {
  if (logits.length !== rows * classes) {
    throw new RuntimeFailureError(
      `Expected ${rows * classes} logits (${rows} rows, ${classes} classes) from stage '${stage.name}'; ` +
        `received ${logits.length}. The stage's model does not fit its description.`,
    );
  }
  const position = firstNotFinite(logits);
  if (position >= 0) {
    throw new RuntimeFailureError(
      `Expected finite logits from stage '${stage.name}'; received ${logits[position]} for row ` +
        `${Math.floor(position / classes)} of its batch. The input is finite, so check the network's weights.`,
    );
  }
}
