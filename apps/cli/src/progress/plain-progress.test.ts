import { expect, test } from 'vitest';
import type { JobProgress } from '../program/job-context.ts';
import { plainProgress } from './plain-progress.ts';

/** Lines that a display writes for reports at given times (milliseconds). */
function linesFor(reports: readonly (readonly [number, Partial<JobProgress>])[]): readonly string[] {
  const lines: string[] = [];
  let clock = 0;
  const display = plainProgress((line) => lines.push(line), { now: () => clock });
  for (const [time, report] of reports) {
    clock = time;
    display.update({ phase: 'Training', done: 0, total: 100, remainingSeconds: null, detail: null, ...report });
  }
  return lines;
}

test('a phase is reported at its start, at most every five seconds, and once at its end', () => {
  const reports = Array.from({ length: 101 }, (_, done) => [done * 200, { done }] as const);
  expect(linesFor([...reports, [20_100, { done: 100 }]])).toEqual([
    'Training: 0 %',
    'Training: 25 %, 15 s left',
    'Training: 50 %, 10 s left',
    'Training: 75 %, 5 s left',
    'Training: 100 %',
  ]);
});

test("a job's own estimate wins over the mean speed", () => {
  expect(linesFor([[0, { done: 50, remainingSeconds: 90, detail: 'loss 0.5' }]])).toEqual([
    'Training: 50 %, 1 min 30 s left, loss 0.5',
  ]);
});

test('a new phase begins with a line of its own', () => {
  expect(
    linesFor([
      [0, {}],
      [1, { phase: 'Writing' }],
      [2, { phase: 'Writing', done: 1 }],
    ]),
  ).toEqual(['Training: 0 %', 'Writing: 0 %']);
});

test('an empty phase is complete', () => {
  expect(linesFor([[0, { total: 0 }]])).toEqual(['Training: 100 %']);
});
