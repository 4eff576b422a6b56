// Every kind of defect is noticed, counted once, and does not keep the inputs behind it from running.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { randomOf } from '../random.ts';
import { faultyOf } from './__fixtures__/faulty-targets.ts';
import { emptyTally, type Tally } from './ledger.ts';
import { type Plan, positionsOf } from './plan.ts';
import { watch } from './watch.ts';

const root = mkdtempSync(join(tmpdir(), 'ztw-watch-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const module = fileURLToPath(new URL('./__fixtures__/faulty-targets.ts', import.meta.url));
const inputs = 30;
const seeds = [1, 2];

function run(name: string, hangMilliseconds = 20_000) {
  const plan: Plan = { targets: [{ name, share: 1 }], seeds, inputs, first: 0 };
  return watch({ module, plan, deadline: null, folder: join(root, name), hangMilliseconds });
}

/** How many inputs of a parser are number 0, its fault. */
function faultsOf(name: string): number {
  const plan: Plan = { targets: [{ name, share: 1 }], seeds, inputs, first: 0 };
  return [...positionsOf(plan, 0)].filter(({ seed, index }) => randomOf(name, seed, index).below(faultyOf) === 0)
    .length;
}

const expected = (counts: Partial<Tally>): Tally => ({ ...emptyTally(), ...counts });

describe('a parser that', () => {
  test('is sound has no finding', async () => {
    const typed = faultsOf('sound');
    const { tallies, findings } = await run('sound');
    expect(tallies).toEqual([expected({ typed, accepted: inputs - typed })]);
    expect(findings).toEqual([]);
  });

  test.each([
    ['untyped', 'untyped', 'typed', 'SyntaxError'],
    ['internal', 'untyped', 'accepted', 'internal: this cannot be'],
    ['silent', 'silent', 'accepted', 'nought was taken'],
    ['unawaited', 'untyped', 'accepted', 'nobody waits'],
    ['never', 'hang', 'accepted', 'no answer'],
    ['crash', 'crash', 'accepted', 'SIGSEGV'],
  ] as const)('is %s is found to be', async (name, outcome, otherwise, error) => {
    const faults = faultsOf(name);
    expect(faults).toBeGreaterThan(0);
    const { tallies, findings } = await run(name);
    expect(tallies).toEqual([expected({ [outcome]: faults, [otherwise]: inputs - faults })]);
    expect(findings).toHaveLength(faults);
    for (const finding of findings) {
      expect(finding).toMatchObject({ target: name, outcome, error: expect.stringContaining(error) });
      expect(randomOf(name, finding.seed, finding.index).below(faultyOf)).toBe(0);
    }
  });

  test('stands still in one input', async () => {
    const { tallies } = await run('endless', 1000);
    expect(tallies).toEqual([expected({ hang: faultsOf('endless'), accepted: inputs - faultsOf('endless') })]);
  });

  test('takes memory', async () => {
    expect((await run('memory')).growthBytes).toBeGreaterThan((inputs - 21) * 7 * 2 ** 20);
    expect((await run('sound')).growthBytes).toBeLessThan(32 * 2 ** 20);
  });

  test('does not exist is a failure of the fuzzers', async () => {
    await expect(run('nothing')).rejects.toThrow('did not start');
  });
});

describe('a plan', () => {
  test('gives every parser its share and every seed its turn, from any step on', () => {
    const targets = [
      { name: 'a', share: 3 },
      { name: 'b', share: 1 },
    ];
    const plan: Plan = { targets, seeds: [5, 6], inputs: 400, first: 10 };
    const all = [...positionsOf(plan, 0)];
    expect(all.filter(({ target }) => target === 0)).toHaveLength(300);
    expect(all.filter(({ seed }) => seed === 5)).toHaveLength(200);
    expect(new Set(all.map(({ target, seed, index }) => `${target} ${seed} ${index}`)).size).toBe(400);
    expect(Math.min(...all.map(({ index }) => index))).toBe(10);
    expect([...positionsOf(plan, 123)]).toEqual(all.slice(123));
  });
});
