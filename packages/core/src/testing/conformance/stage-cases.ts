// Stages, called separately.

import { namedInput } from '../../input/check-input.ts';
import { copyInput } from '../../input/input-rows.ts';
import { takeRows } from '../../numeric/rows.ts';
import { check, checkClose } from './checks.ts';
import { type ConformanceCase, conformanceTolerance } from './conformance-subject.ts';
import { runStages } from './run-stages.ts';
import { sampleRows } from './sample-rows.ts';
import { withModel } from './with-model.ts';

const noWholeNetwork = 'the subject offers no uncut network to compare with';

export const stageCases: readonly ConformanceCase[] = [
  {
    name: 'returns logits for every row at every stage, and features but at the last',
    run: (subject) =>
      withModel(subject, async (model) => {
        const logits = await runStages(model, subject.input);
        for (const [stageIndex, values] of logits.entries()) {
          const expected = subject.input.rows * model.classes;
          check(
            values.length === expected,
            `Expected ${expected} logits at stage ${stageIndex}; got ${values.length}.`,
          );
          check(values.every(Number.isFinite), `Expected finite logits at stage ${stageIndex}.`);
        }
      }),
  },
  ...[1, 3, 8].map((rows): ConformanceCase => {
    return {
      name: `answers at the end as the uncut network does, batches of ${rows}`,
      skip: (subject) => (subject.wholeLogits === undefined ? noWholeNetwork : null),
      run: (subject) =>
        withModel(subject, async (model) => {
          const input = sampleRows(
            subject.input,
            model,
            Array.from({ length: rows }, (_, row) => row),
          );
          const whole = await subject.wholeLogits?.(input);
          const staged = (await runStages(model, input)).at(-1);
          check(whole !== undefined && staged !== undefined, 'Expected logits from both.');
          checkClose(staged, whole, subject.tolerance ?? conformanceTolerance, 'staged against whole');
        }),
    };
  }),
  {
    name: 'answers a row alone as it does among others',
    run: (subject) =>
      withModel(subject, async (model) => {
        const together = await runStages(model, subject.input);
        for (const row of [0, subject.input.rows - 1]) {
          const alone = await runStages(model, sampleRows(subject.input, model, [row]));
          for (const [stageIndex, logits] of alone.entries()) {
            const expected = takeRows(together[stageIndex] as Float32Array, model.classes, Int32Array.of(row));
            checkClose(logits, expected, subject.tolerance ?? conformanceTolerance, `row ${row}, stage ${stageIndex}`);
          }
        }
      }),
  },
  {
    name: 'takes the input over: the caller may reuse its memory after load',
    run: (subject) =>
      withModel(subject, async (model) => {
        const expected = await runStages(model, subject.input);
        const input = copyInput(namedInput(subject.input, model.inputs));
        const features = await model.load(input);
        for (const { data } of Object.values(input.inputs)) new Uint8Array(data.buffer).fill(0);
        const { logits, features: next } = await model.runStage(0, features, null);
        model.release(next);
        checkClose(logits, expected[0] as Float32Array, subject.tolerance ?? conformanceTolerance, 'stage 0');
      }),
  },
  {
    name: 'gives logits away: later stages leave them as they were',
    run: (subject) =>
      withModel(subject, async (model) => {
        const first = await model.runStage(0, await model.load(subject.input), null);
        const before = first.logits.slice();
        const previousLogits = model.stages[1]?.usesPreviousLogits ? first.logits : null;
        const second = await model.runStage(1, first.features, previousLogits);
        if (second.features !== null) model.release(second.features);
        checkClose(first.logits, before, { absolute: 0, relative: 0 }, 'logits of stage 0 after stage 1');
      }),
  },
];
