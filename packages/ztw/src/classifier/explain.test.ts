import { InvalidInputError } from '@ztw/core';
import { describe, expect, test } from 'vitest';
import { explainResult } from './explain.ts';
import type { ClassifierResult } from './result.ts';

const cat = { label: 'cat', labelIndex: 0, probability: 0.912 };
const dog = { label: 'dog', labelIndex: 1, probability: 0.004 };
const result: ClassifierResult = {
  ...cat,
  top: [cat, dog],
  exit: 1,
  exitName: 'block.3',
  exits: 4,
  cost: 0.313,
  milliseconds: 2,
};

describe('explainResult', () => {
  test('says where a row left, how sure it was, and what was saved', () => {
    expect(explainResult(result)).toBe(
      'cat with 91 %; next is dog with 0.4 %. It left at exit 2 of 4 (block.3), because it was sure enough. ' +
        "That took 31 % of the full network's work and saved 69 %.",
    );
  });

  test('says that the last exit answered, and what that cost', () => {
    const last = { ...result, top: [cat], exit: 3, exitName: 'final' };
    expect(explainResult({ ...last, cost: 1.04 })).toBe(
      'cat with 91 %. It was answered by the last of 4 exits (final). ' +
        "That took 104 % of the full network's work: what came before the last exit was not worth it here.",
    );
    expect(explainResult({ ...last, cost: 1 })).toMatch(/That took the full network's work\.$/);
  });

  test('refuses what is no result', () => {
    expect(() => explainResult([result] as never)).toThrow(/received an Array. Explain each result/);
    expect(() => explainResult(undefined as never)).toThrow(InvalidInputError);
  });
});
