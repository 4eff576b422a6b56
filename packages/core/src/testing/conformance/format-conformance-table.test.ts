import { expect, it } from 'vitest';
import { type ConformanceReport, formatConformanceTable } from './format-conformance-table.ts';

const base = { network: 'tiny', reason: null, tolerance: { absolute: 1e-4, relative: 0 } };

it('shows cases against runtimes, and every reason once', () => {
  const reports: readonly ConformanceReport[] = [
    { ...base, runtime: 'a', name: 'starts', status: 'pass' },
    { ...base, runtime: 'a', name: 'joins', status: 'skip', reason: 'cannot join' },
    { ...base, runtime: 'b', name: 'starts', status: 'pass' },
    { ...base, runtime: 'b', name: 'starts', status: 'fail', reason: 'wrong row', network: 'large' },
    { ...base, runtime: 'b', name: 'joins', status: 'skip', reason: 'cannot join' },
    { ...base, runtime: 'c', name: 'starts', status: 'skip', reason: 'no device' },
  ];
  expect(formatConformanceTable(reports).split('\n')).toEqual([
    '| case | a | b | c |',
    '| --- | --- | --- | --- |',
    '| starts | pass | FAIL (2) | skip (3) |',
    '| joins | skip (1) | skip (1) | not run |',
    '| *networks* | tiny | tiny, large | tiny |',
    '| *tolerance of logits, absolute + relative* | 0.0001 + 0 | 0.0001 + 0 | 0.0001 + 0 |',
    '',
    '1. cannot join',
    '2. wrong row',
    '3. no device',
  ]);
});

it('counts a case as passed where one network skips it', () => {
  const reports: readonly ConformanceReport[] = [
    { ...base, runtime: 'a', name: 'starts', status: 'pass' },
    { ...base, runtime: 'a', name: 'starts', status: 'skip', reason: 'too large', network: 'large' },
  ];
  expect(formatConformanceTable(reports)).toContain('| starts | pass (1) |');
});
