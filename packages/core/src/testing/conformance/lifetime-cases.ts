// Aborting, freeing, and use afterwards.

import { AbortedError, DisposedError } from '../../errors/errors.ts';
import { classify } from '../../inference/classify.ts';
import { never } from '../../policy/never.ts';
import { check, checkRejects } from './checks.ts';
import type { ConformanceCase } from './conformance-subject.ts';
import { withModel } from './with-model.ts';

export const lifetimeCases: readonly ConformanceCase[] = [
  {
    name: 'stops between two stages, and is good for another run',
    run: (subject) =>
      withModel(subject, async (model) => {
        const controller = new AbortController();
        const stagesRun: number[] = [];
        await checkRejects(
          () =>
            classify(model, subject.input, {
              policy: never(),
              batchSize: subject.input.rows,
              signal: controller.signal,
              onStage: ({ stageIndex }) => {
                stagesRun.push(stageIndex);
                controller.abort();
              },
            }),
          AbortedError.isInstance,
          'a run that was called off after its first stage',
        );
        check(stagesRun.length === 1, `Expected one stage to run; these did: ${stagesRun.join(', ')}.`);
        const { results } = await classify(model, subject.input, { policy: never() });
        check(results.length === subject.input.rows, 'Expected a complete run after the stopped one.');
      }),
  },
  {
    name: 'can be disposed twice, also with features still held',
    run: async (subject) => {
      const model = await subject.create();
      await model.load(subject.input);
      await model[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  },
  {
    name: 'refuses every use after it was disposed',
    run: async (subject) => {
      const model = await subject.create();
      const toRun = await model.load(subject.input);
      const toKeep = await model.load(subject.input);
      await model[Symbol.asyncDispose]();
      const refused = DisposedError.isInstance;
      await checkRejects(() => model.load(subject.input), refused, 'load after dispose');
      await checkRejects(() => model.runStage(0, toRun, null), refused, 'runStage after dispose');
      await checkRejects(() => model.keepRows(toKeep, Int32Array.of(0)), refused, 'keepRows after dispose');
    },
  },
];
