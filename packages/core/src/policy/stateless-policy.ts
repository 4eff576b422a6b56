import type { ExitPolicy, ExitPolicyInput } from '../contract/exit-policy.ts';

/** Decides one row: `start` is the offset of its probabilities, `[classes]`. */
export type RowRule = (probabilities: Float32Array, start: number, classes: number) => boolean;

/**
 * A policy that looks at one exit's probabilities only, row by row, and remembers nothing.
 * @param ruleAt Gives the rule of one exit; called once per exit and batch.
 */
export function statelessPolicy(name: string, ruleAt: (input: ExitPolicyInput) => RowRule): ExitPolicy<null> {
  return {
    specificationVersion: 'v1',
    name,
    init: () => null,
    update: (_state, input) => {
      const rule = ruleAt(input);
      const exits = new Uint8Array(input.rows);
      for (let row = 0; row < input.rows; row++) {
        if (rule(input.probabilities, row * input.classes, input.classes)) exits[row] = 1;
      }
      return { state: null, exits };
    },
    keepRows: () => null,
  };
}
