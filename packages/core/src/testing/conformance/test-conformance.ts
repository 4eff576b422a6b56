// The conformance kit as tests of a test framework, one per case. The framework is passed in: the `{ describe, test }`
// of vitest or of
// `node:test`.
//
//   import { testSubject } from '@ztw/core/testing';
//   import { describe, test } from 'vitest';
//   testSubject({ describe, test }, { runtime: 'my runtime', network: 'my network', subject });

import { conformanceCases } from './conformance-cases.ts';
import {
  type ConformanceCase,
  type ConformanceSubject,
  conformanceTolerance,
  type Tolerance,
} from './conformance-subject.ts';

/** The context that a running test receives. */
export interface TestContext {
  /** Ends the test as skipped. Frameworks may return from this call; the test returns afterwards. */
  skip(reason: string): unknown;
  /** Data for reporters, in vitest. */
  readonly task?: { readonly meta: object };
}

/** The part of a test framework that is used. */
export interface TestFramework {
  describe(name: string, define: () => void): unknown;
  test(name: string, options: { readonly timeout: number }, run: (context: TestContext) => Promise<void>): unknown;
}

/**
 * The description of a test, stored as `conformance` in its task's `meta`. With an outcome, `formatConformanceTable`
 * reads it.
 */
export interface ConformanceTestMeta {
  readonly runtime: string;
  readonly network: string;
  readonly name: string;
  readonly tolerance: Tolerance;
}

export interface ConformanceTests {
  /** Name of the table's column. */
  readonly runtime: string;
  readonly network: string;
  readonly tolerance?: Tolerance;
  /**
   * Runs one case.
   * @returns why it was skipped; null if it ran.
   */
  run(conformanceCase: ConformanceCase): Promise<string | null>;
}

const caseMilliseconds = 180_000;

/** Defines one test per case of the kit. The cases may run elsewhere, in another thread or in a browser. */
export function testConformance(framework: TestFramework, tests: ConformanceTests): void {
  const { runtime, network, tolerance = conformanceTolerance } = tests;
  framework.describe(`${runtime}, ${network}`, () => {
    for (const conformanceCase of conformanceCases) {
      const { name } = conformanceCase;
      framework.test(name, { timeout: caseMilliseconds }, async (context) => {
        const conformance: ConformanceTestMeta = { runtime, network, name, tolerance };
        if (context.task !== undefined) Object.assign(context.task.meta, { conformance });
        const reason = await tests.run(conformanceCase);
        if (reason !== null) context.skip(reason);
      });
    }
  });
}

export interface SubjectTests {
  /** Name of the table's column. */
  readonly runtime: string;
  readonly network: string;
  readonly subject: ConformanceSubject;
  /** Called before each case, to set a backend for example. */
  readonly before?: () => Promise<unknown>;
}

/** Defines one test per case of the kit, on a subject in this process. */
export function testSubject(framework: TestFramework, { runtime, network, subject, before }: SubjectTests): void {
  testConformance(framework, {
    runtime,
    network,
    ...(subject.tolerance === undefined ? {} : { tolerance: subject.tolerance }),
    async run(conformanceCase) {
      const reason = conformanceCase.skip?.(subject) ?? null;
      if (reason !== null) return reason;
      await before?.();
      await conformanceCase.run(subject);
      return null;
    },
  });
}
