// Named inputs: the same results as in the dense form, and free axes whose lengths differ between batches.

import { InvalidInputError } from '../../errors/errors.ts';
import { namedInput } from '../../input/check-input.ts';
import { joinRows } from '../../numeric/rows.ts';
import { checkClose, checkRejects } from './checks.ts';
import { type ConformanceCase, type ConformanceSubject, conformanceTolerance } from './conformance-subject.ts';
import { runStages } from './run-stages.ts';
import { sampleRows } from './sample-rows.ts';
import { withModel } from './with-model.ts';

export const namedInputCases: readonly ConformanceCase[] = [
  {
    name: 'takes a single dense input with its name or without',
    skip: ({ input }) => ('inputs' in input ? 'the network takes several inputs, or another than float32' : null),
    run: (subject) =>
      withModel(subject, async (model) => {
        const named = await runStages(model, namedInput(subject.input, model.inputs));
        const nameless = await runStages(model, subject.input);
        for (const [stageIndex, logits] of named.entries()) {
          const tolerance = subject.tolerance ?? conformanceTolerance;
          checkClose(logits, nameless[stageIndex] as Float32Array, tolerance, `stage ${stageIndex}`);
        }
      }),
  },
  {
    name: 'refuses rows without names where a network takes several inputs',
    skip: withoutNames,
    run: (subject) =>
      withModel(subject, async (model) => {
        const { rows } = subject.input;
        const nameless = { rows, data: new Float32Array(rows) };
        await checkRejects(() => model.load(nameless), InvalidInputError.isInstance, 'load');
      }),
  },
  {
    name: 'takes batches whose free axes have other lengths, one after the other',
    skip: withoutFreeAxes,
    run: (subject) =>
      withModel(subject, async (model) => {
        const tolerance = subject.tolerance ?? conformanceTolerance;
        const other = namedInput(subject.inputOfOtherLength ?? subject.input, model.inputs);
        const before = await runStages(model, subject.input);
        const logits = await runStages(model, other);
        const after = await runStages(model, subject.input);
        const alone = [];
        for (let row = 0; row < other.rows; row++) alone.push(await runStages(model, sampleRows(other, model, [row])));
        for (const [stageIndex, values] of logits.entries()) {
          const expected = joinRows(alone.map((stages) => stages[stageIndex] as Float32Array));
          checkClose(values, expected, tolerance, `stage ${stageIndex}, the other length`);
          const what = `stage ${stageIndex}, after the other length`;
          checkClose(after[stageIndex] as Float32Array, before[stageIndex] as Float32Array, tolerance, what);
        }
        const whole = await subject.wholeLogits?.(other);
        if (whole !== undefined) checkClose(logits.at(-1) as Float32Array, whole, tolerance, 'staged against whole');
      }),
  },
  {
    name: 'refuses to join rows whose free axes have other lengths',
    skip: (subject) =>
      withoutFreeAxes(subject) ??
      (subject.supports.concatRows === true ? null : 'the subject does not support concatRows'),
    run: (subject) =>
      withModel(subject, async (model) => {
        const parts = [await model.load(subject.input), await model.load(subject.inputOfOtherLength ?? subject.input)];
        await checkRejects(async () => model.concatRows?.(parts), InvalidInputError.isInstance, 'concatRows');
      }),
  },
];

function withoutNames({ supports, input }: ConformanceSubject): string | null {
  if ('inputs' in input) return null;
  const { inputTypes = ['float32'] } = supports;
  return inputTypes.length === 1
    ? `the runtime takes ${inputTypes} inputs only (supports.inputTypes)`
    : 'the network has a single dense input';
}

function withoutFreeAxes(subject: ConformanceSubject): string | null {
  return withoutNames(subject) ?? (subject.inputOfOtherLength === undefined ? 'the network has no free axis' : null);
}
