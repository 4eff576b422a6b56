import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvalidInputError } from '../errors/errors.ts';
import { parseJson } from './parse-json.ts';

const failure = (reason: string, cause?: unknown) => new InvalidInputError(reason, { cause });

test('JSON is parsed as JSON.parse does, from text and from bytes', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 10 }), (text) => {
      expect(parseJson(text, failure)).toEqual(JSON.parse(text));
      expect(parseJson(new TextEncoder().encode(text), failure)).toEqual(JSON.parse(text));
    }),
  );
});

test.each([
  ['arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
  ['objects', `${'{"a":'.repeat(100_000)}0${'}'.repeat(100_000)}`],
  ['arrays that never end', '['.repeat(5_000_000)],
  ['both', `${'[{"a":'.repeat(51)}0${'}]'.repeat(51)}`],
])('%s in one another without end are refused', (_, text) => {
  expect(() => parseJson(text, failure)).toThrow(InvalidInputError);
  expect(() => parseJson(text, failure)).toThrow(/more than 100 levels/);
});

test('brackets in strings and brackets side by side do not count', () => {
  const text = JSON.stringify({ '[{"\\': '['.repeat(1000), list: Array.from({ length: 1000 }, () => [{}]) });
  expect(parseJson(text, failure)).toEqual(JSON.parse(text));
  const deepest = '['.repeat(100) + ']'.repeat(100);
  expect(parseJson(deepest, failure)).toEqual(JSON.parse(deepest));
});

test.each([
  ['nothing', ''],
  ['a part', '{"a":'],
  ['other bytes', Uint8Array.of(0x22, 0xff, 0x22)],
])('%s is no JSON', (_, source) => {
  expect(() => parseJson(source, failure)).toThrow(InvalidInputError);
  expect(() => parseJson(source, failure)).toThrow(/not JSON/);
});
