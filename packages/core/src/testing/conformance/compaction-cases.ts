// Rows leave between stages.

import { takeRows } from '../../numeric/rows.ts';
import { checkClose } from './checks.ts';
import { type ConformanceCase, type ConformanceSubject, conformanceTolerance } from './conformance-subject.ts';
import { runStages } from './run-stages.ts';
import { withModel } from './with-model.ts';

export const compactionCases: readonly ConformanceCase[] = [
  keptCase('keeps the order of the rows that stay', (rows) =>
    Int32Array.from({ length: rows }, (_, row) => row).filter((row) => row % 3 !== 1),
  ),
  keptCase('goes on with a single row, the first', () => Int32Array.of(0)),
  keptCase('goes on with a single row, the last', (rows) => Int32Array.of(rows - 1)),
  keptCase('keeps all rows when all are named', (rows) => Int32Array.from({ length: rows }, (_, row) => row)),
  {
    name: 'drops rows after every stage in turn',
    run: (subject) =>
      withModel(subject, async (model) => {
        const complete = await runStages(model, subject.input);
        const kept = new Map<number, Int32Array>();
        const rowsAt: Int32Array[] = [Int32Array.from({ length: subject.input.rows }, (_, row) => row)];
        for (let stageIndex = 0; stageIndex < model.stages.length - 1; stageIndex++) {
          const rows = rowsAt[stageIndex] as Int32Array;
          // The first and the last row leave in turns, while more than one remains.
          const positions = Int32Array.from(rows.keys());
          const staying =
            rows.length < 2 ? positions : stageIndex % 2 === 0 ? positions.slice(1) : positions.slice(0, -1);
          kept.set(stageIndex, staying);
          rowsAt.push(takeRows(rows, 1, staying));
        }
        const logits = await runStages(model, subject.input, kept);
        for (const [stageIndex, values] of logits.entries()) {
          const expected = takeRows(
            complete[stageIndex] as Float32Array,
            model.classes,
            rowsAt[stageIndex] as Int32Array,
          );
          checkClose(values, expected, subject.tolerance ?? conformanceTolerance, `stage ${stageIndex}`);
        }
      }),
  },
  {
    name: 'frees features that are not run further',
    run: (subject: ConformanceSubject) =>
      withModel(subject, async (model) => {
        model.release(await model.load(subject.input));
        const { features } = await model.runStage(0, await model.load(subject.input), null);
        model.release(features);
        const expected = await runStages(model, subject.input);
        const again = await runStages(model, subject.input);
        checkClose(again.at(-1) as Float32Array, expected.at(-1) as Float32Array, conformanceTolerance, 'a later run');
      }),
  },
];

/**
 * After each stage but the last in turn, only some rows stay. From there on, their logits must equal those of the
 * complete run.
 */
function keptCase(name: string, keptOf: (rows: number) => Int32Array): ConformanceCase {
  return {
    name,
    run: (subject) =>
      withModel(subject, async (model) => {
        const complete = await runStages(model, subject.input);
        const kept = keptOf(subject.input.rows);
        for (let after = 0; after < model.stages.length - 1; after++) {
          const logits = await runStages(model, subject.input, new Map([[after, kept]]));
          for (let stageIndex = after + 1; stageIndex < logits.length; stageIndex++) {
            const expected = takeRows(complete[stageIndex] as Float32Array, model.classes, kept);
            const what = `stage ${stageIndex}, rows dropped after stage ${after}`;
            checkClose(logits[stageIndex] as Float32Array, expected, subject.tolerance ?? conformanceTolerance, what);
          }
        }
      }),
  };
}
