import { describe, expect, it, test } from 'vitest';
import { renderCsv } from './csv.ts';
import {
  formatBar,
  formatCount,
  formatDuration,
  formatGrouped,
  formatMacs,
  formatMilliseconds,
  formatPercent,
  formatSetting,
  formatShapes,
} from './format.ts';
import { renderTable } from './table.ts';

test('counts', () => {
  expect([0, 999, 1500, 125_485_696, 4.1e9].map(formatCount)).toEqual(['0', '999', '1.5 k', '125.5 M', '4.10 G']);
});

test('shares', () => {
  expect(formatPercent(0.9017, 2)).toBe('90.17 %');
  expect([-1, 0, 0.5, 1, 2].map((share) => formatBar(share, 4))).toEqual(['░░░░', '░░░░', '██░░', '████', '████']);
});

test('times', () => {
  expect([0.2141, 12.34, 123.4, 1240].map(formatMilliseconds)).toEqual(['0.214 ms', '12.3 ms', '123 ms', '1.24 s']);
  expect([0, 59.4, 250, 7500].map(formatDuration)).toEqual(['0 s', '59 s', '4 min 10 s', '2 h 5 min']);
});

test('shapes', () => {
  expect(formatShapes([[16, 28, 28], [8]])).toBe('16 x 28 x 28 + 8');
});

test('a table aligns numbers to the right and has no trailing blanks', () => {
  const text = renderTable(
    [
      { title: 'name', align: 'left' },
      { title: 'MACs', align: 'right' },
    ],
    [
      ['a', '1'],
      ['long name', '100'],
    ],
  );
  expect(text).toBe('name       MACs\n───────────────\na             1\nlong name   100\n');
});

test('a table without rows has its titles', () => {
  expect(renderTable([{ title: 'name', align: 'left' }], [])).toBe('name\n────\n');
});

test('CSV quotes what it must', () => {
  expect(
    renderCsv(
      ['a', 'b'],
      [
        ['x,y', 'say "hi"'],
        [1, 'two\nlines'],
      ],
    ),
  ).toBe('a,b\n"x,y","say ""hi"""\n1,"two\nlines"\n');
});

describe('in the report', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [4_660, '4.66 k'],
    [18_600_000, '18.6 M'],
    [125_485_696, '125.5 M'],
    [999_700_000, '1.00 G'],
    [4.1e9, '4.10 G'],
    [5e15, '5000 T'],
  ])('writes %d MACs as %s', (value, text) => {
    expect(formatMacs(value)).toBe(text);
  });

  it.each([
    [0, '0'],
    [3, '3'],
    [0.5, '0.500'],
    [0.7519999742507935, '0.752'],
    [0.99951, '0.999510'],
    [1, '1'],
  ])('writes the setting %d as %s', (value, text) => {
    expect(formatSetting(value)).toBe(text);
  });

  it('writes shares and counts', () => {
    expect(formatPercent(0.90251, 2)).toBe('90.25 %');
    expect(formatPercent(1, 0)).toBe('100 %');
    expect(formatGrouped(12_345)).toBe('12,345');
  });
});
