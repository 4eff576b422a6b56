// The core's loop on the model: live exits against exits computed from stored logits.

import { chain } from '../../chain/chain.ts';
import type { ExitPolicy } from '../../contract/exit-policy.ts';
import type { StagedModel } from '../../contract/staged-model.ts';
import { classify } from '../../inference/classify.ts';
import { runAllExits } from '../../inference/run-all-exits.ts';
import { softmax } from '../../numeric/softmax.ts';
import { confidenceThreshold } from '../../policy/confidence-threshold.ts';
import { never } from '../../policy/never.ts';
import { check, checkClose } from './checks.ts';
import { type ConformanceCase, type ConformanceSubject, conformanceTolerance } from './conformance-subject.ts';
import { halvingThresholds, offlineExits } from './offline-exits.ts';
import { sampleRows } from './sample-rows.ts';
import { withModel } from './with-model.ts';

/** Rows whose confidence is this close to a threshold may leave at another exit, because kernels round differently. */
const roundingBand = 1e-5;

export const loopCases: readonly ConformanceCase[] = [
  {
    name: 'lets all rows leave at the first exit',
    run: (subject) =>
      withModel(subject, async (model) => {
        // Every confidence is strictly above 0.
        await checkAllLeaveAt(subject, model, confidenceThreshold(0), 0);
      }),
  },
  {
    name: 'sends all rows to the last exit',
    run: (subject) =>
      withModel(subject, async (model) => {
        await checkAllLeaveAt(subject, model, never(), model.stages.length - 1);
        await checkAllLeaveAt(subject, model, confidenceThreshold(1), model.stages.length - 1);
      }),
  },
  {
    name: 'leaves live where stored logits say so, in one batch',
    run: (subject) => withModel(subject, (model) => checkLiveAgainstOffline(subject, model, subject.input.rows)),
  },
  {
    name: 'leaves live where stored logits say so, row by row',
    run: (subject) => withModel(subject, (model) => checkLiveAgainstOffline(subject, model, 1)),
  },
  {
    name: 'leaves live where stored logits say so, in batches of 5',
    run: (subject) => withModel(subject, (model) => checkLiveAgainstOffline(subject, model, 5)),
  },
  {
    name: 'makes a chain whose next network gets only the rows that are left',
    run: async (subject) => {
      const linked = chain([await subject.create(), await subject.create()]);
      try {
        await checkLiveAgainstOffline(subject, linked, subject.input.rows);
        const logits = await runAllExits(linked, subject.input);
        const stages = linked.stages.length / 2;
        for (let stageIndex = 0; stageIndex < stages; stageIndex++) {
          const second = logits[stages + stageIndex] as Float32Array;
          const first = logits[stageIndex] as Float32Array;
          checkClose(second, first, subject.tolerance ?? conformanceTolerance, `stage ${stageIndex} of both networks`);
        }
      } finally {
        await linked[Symbol.asyncDispose]();
      }
    },
  },
  {
    name: 'keeps runs apart that are under way at once',
    skip: ({ supports }) => (supports.parallelRuns ? null : 'the runtime says that it runs one at a time'),
    run: (subject) =>
      withModel(subject, async (model) => {
        const thresholds = halvingThresholds(await runAllExits(model, subject.input), model.classes);
        const policy = confidenceThreshold(thresholds);
        const half = subject.input.rows >> 1;
        const inputs = [0, half].map((first) =>
          sampleRows(
            subject.input,
            model,
            Array.from({ length: half }, (_, row) => first + row),
          ),
        );
        const apart = [];
        for (const input of inputs) apart.push(await classify(model, input, { policy }));
        const atOnce = await Promise.all(inputs.map((input) => classify(model, input, { policy })));
        for (const [run, { results }] of atOnce.entries()) {
          for (const [row, result] of results.entries()) {
            const alone = apart[run]?.results[row];
            check(
              alone?.exitIndex === result.exitIndex,
              `Run ${run}, row ${row}: exit ${result.exitIndex} instead of ${alone?.exitIndex}.`,
            );
            checkClose(result.probabilities, alone.probabilities, conformanceTolerance, `run ${run}, row ${row}`);
          }
        }
      }),
  },
];

async function checkAllLeaveAt(
  subject: ConformanceSubject,
  model: StagedModel,
  policy: ExitPolicy,
  exitIndex: number,
): Promise<void> {
  const { results } = await classify(model, subject.input, { policy });
  const probabilities = softmax((await runAllExits(model, subject.input))[exitIndex] as Float32Array, model.classes);
  for (const { row, exitIndex: left, probabilities: answer } of results) {
    check(left === exitIndex, `${policy.name}, row ${row}: expected to leave at exit ${exitIndex}, left at ${left}.`);
    const expected = probabilities.slice(row * model.classes, (row + 1) * model.classes);
    checkClose(answer, expected, subject.tolerance ?? conformanceTolerance, `${policy.name}, row ${row}`);
  }
}

async function checkLiveAgainstOffline(
  subject: ConformanceSubject,
  model: StagedModel,
  batchSize: number,
): Promise<void> {
  const logits = await runAllExits(model, subject.input);
  const tolerance = subject.tolerance ?? conformanceTolerance;
  // A softmax changes by at most half as much as its logits.
  const band = Math.max(roundingBand, tolerance.absolute / 2);
  const halving = halvingThresholds(logits, model.classes);
  const shared = halving.map(() => halving[0] as number);

  for (const thresholds of [halving, shared]) {
    const offline = offlineExits(logits, model.classes, thresholds);
    const { results } = await classify(model, subject.input, { policy: confidenceThreshold(thresholds), batchSize });
    const decided = results.filter((result) => (offline[result.row]?.distance ?? 0) > band);
    const exits = new Set(decided.map((result) => result.exitIndex));
    check(
      thresholds === shared || exits.size > 1,
      `All ${decided.length} rows with a clear decision leave at the same exit, so compaction is not tested. ` +
        'Give the subject more varied inputs.',
    );
    for (const { row, exitIndex, probabilities } of decided) {
      const expected = offline[row];
      check(
        expected?.exitIndex === exitIndex,
        `Row ${row}: left at ${exitIndex}, stored logits say ${expected?.exitIndex}.`,
      );
      checkClose(probabilities, expected.probabilities, tolerance, `row ${row}, exit ${exitIndex}`);
    }
  }
}
