import { expect, it } from 'vitest';
import { referenceModel } from '../reference-model.ts';
import { seededNetwork } from '../seeded-network.ts';
import { seededValues } from '../seeded-values.ts';
import { conformanceCases } from './conformance-cases.ts';
import type { ConformanceSubject } from './conformance-subject.ts';
import { type TestContext, testSubject } from './test-conformance.ts';

const subject: ConformanceSubject = {
  name: 'seeded network',
  supports: { parallelRuns: true, featureMemory: 'host', concatRows: true },
  input: { rows: 16, data: seededValues(7, 16 * 72, 1.5) },
  create: async () => referenceModel(seededNetwork()),
};

/** A test framework in a few lines, whose `skip` goes on as that of `node:test` does. */
async function bind(tested: ConformanceSubject) {
  const tests: [string, (context: TestContext) => Promise<void>][] = [];
  const groups: string[] = [];
  const framework = {
    describe: (name: string, define: () => void) => {
      groups.push(name);
      define();
    },
    test: (name: string, _options: object, run: (context: TestContext) => Promise<void>) => tests.push([name, run]),
  };
  let prepared = 0;
  const before = async () => prepared++;
  testSubject(framework, { runtime: 'a runtime', network: 'a network', subject: tested, before });
  const outcomes = new Map<string, string>();
  for (const [name, run] of tests) {
    outcomes.set(name, 'passed');
    const skip = (reason: string) => outcomes.set(name, `skipped: ${reason}`);
    await run({ skip }).catch((error: Error) => outcomes.set(name, `failed: ${error.message}`));
  }
  return { groups, outcomes, prepared };
}

it('makes a test of each case, and says why one is skipped', async () => {
  const { groups, outcomes, prepared } = await bind(subject);
  expect(groups).toEqual(['a runtime, a network']);
  expect([...outcomes.keys()]).toEqual(conformanceCases.map(({ name }) => name));
  const skipped = [...outcomes.values()].filter((outcome) => outcome.startsWith('skipped'));
  expect(outcomes.get('answers at the end as the uncut network does, batches of 3')).toMatch(/skipped: .* no uncut/);
  expect(prepared).toBe(conformanceCases.length - skipped.length);
});

it('fails where the subject says something else than its model', async () => {
  const { outcomes } = await bind(subject);
  expect(outcomes.get('supports what the subject says')).toMatch(/failed: Expected .*"concatRows":true/);
  expect(outcomes.get('refuses zero rows')).toBe('passed');
});
