import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { JobProgress } from '../program/job-context.ts';
import { terminalProgress } from './terminal-progress.ts';

/** A stream that takes itself for a terminal and remembers what was written. */
function terminal(): { readonly stream: NodeJS.WriteStream; text(): string } {
  const stream = new PassThrough();
  const noted: string[] = [];
  stream.on('data', (chunk: Buffer) => noted.push(chunk.toString()));
  const calls = { isTTY: true, columns: 120, cursorTo: () => true, clearLine: () => true, moveCursor: () => true };
  return { stream: Object.assign(stream, calls) as unknown as NodeJS.WriteStream, text: () => noted.join('') };
}

const report = (progress: Partial<JobProgress>): JobProgress => ({
  phase: 'Training',
  done: 0,
  total: 10,
  remainingSeconds: null,
  detail: null,
  ...progress,
});

test('a bar with what is left, and a line when the phase is complete', () => {
  const { stream, text } = terminal();
  const display = terminalProgress(stream);
  display.update(report({ done: 5, remainingSeconds: 70, detail: 'loss 0.5 {bar}' }));
  display.update(report({ done: 10 }));
  display.close();
  expect(text()).toContain('Training ████████████░░░░░░░░░░░░ 50 %');
  expect(text()).toMatch(/Training: done in 0 s\n$/);
});

test('a note stands alone on its line, and the bar comes back', () => {
  const { stream, text } = terminal();
  const display = terminalProgress(stream);
  display.update(report({ done: 5 }));
  display.note('Skipped a.png.');
  display.update(report({ done: 6 }));
  display.close();
  const afterNote = text().split('Skipped a.png.\n')[1];
  expect(afterNote).toContain('60 %');
  expect(text()).not.toContain('done in');
});

test('a new phase ends the one before', () => {
  const { stream, text } = terminal();
  const display = terminalProgress(stream);
  display.update(report({ done: 10 }));
  display.update(report({ phase: 'Writing' }));
  display.close();
  display.close();
  expect(text().match(/done in/g)).toHaveLength(1);
});
