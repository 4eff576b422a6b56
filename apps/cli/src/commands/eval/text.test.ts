import { expect, test } from 'vitest';
import { madeReport } from '../../report/__fixtures__/made-report.ts';
import { evaluationText } from './text.ts';

test('one table per protocol, budgets in MACs and in milliseconds side by side', () => {
  const text = evaluationText(madeReport({ timed: true }));
  expect(text.match(/^method .*$/gm)).toEqual([
    expect.stringMatching(/at 25 %.*at 50 %.*at 75 %.*at 100 %.*at 5\.00 ms.*at 9\.00 ms$/),
    expect.stringMatching(/at 25 %.*at 5\.00 ms.*at 9\.00 ms$/),
  ]);
  expect(text.match(/on: a made-up device; the uncut network takes 12\.5 ms/g)).toHaveLength(1);
  expect(text).toMatch(/ZTW +\d+\.\d\d % \(\d+\.\d %, \d\.\d\d ms\)/);
});

test('without times, MACs alone', () => {
  const text = evaluationText(madeReport());
  expect(text).not.toContain(' ms');
  expect(text).toMatch(/^ZTW .*\d\.\d %\)$/m);
});

test('methods without a setting chosen beforehand are missing in that table only', () => {
  const [calibrated, swept] = evaluationText(madeReport()).split('swept on these rows');
  expect(calibrated).not.toMatch(/^PABEE/m);
  expect(swept).toMatch(/^PABEE/m);
});

test('says which rows settings were chosen on only if this is known', () => {
  const title = (changes: Parameters<typeof madeReport>[0]): string | undefined =>
    /settings chosen beforehand.*(?=:$)/m.exec(evaluationText(madeReport(changes)))?.[0];
  expect(title({})).toBe('settings chosen beforehand; whether on other rows is not known');
  expect(title({ changes: { settingsOrigin: { kind: 'unknown-rows' } } })).toBe(title({}));
  expect(title({ changes: { settingsOrigin: { kind: 'other-rows' } } })).toBe(
    'settings chosen beforehand on other rows',
  );
  const overlapping = { kind: 'overlapping-rows', rows: 30, isExact: false } as const;
  expect(title({ changes: { settingsOrigin: overlapping } })).toBe(
    'settings chosen beforehand, also on about 30 of these 400 rows',
  );
});
