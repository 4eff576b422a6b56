// The conformance kit as vitest tests, one per case, which the table at the end of a test run finds again.

import { describe, test } from 'vitest';
import {
  type ConformanceCase,
  type ConformanceSubject,
  conformanceCases,
  conformanceTolerance,
  type Tolerance,
} from '../../src/testing/index.ts';

/** What a test says about itself to `ConformanceReporter`. */
export interface ConformanceTestMeta {
  readonly runtime: string;
  readonly network: string;
  readonly name: string;
  readonly tolerance: Tolerance;
}

declare module 'vitest' {
  interface TaskMeta {
    conformance?: ConformanceTestMeta;
  }
}

export interface ConformanceTests {
  /** Name of the table's column. */
  readonly runtime: string;
  readonly network: string;
  readonly tolerance?: Tolerance;
  /**
   * Runs one case.
   * @returns why it was skipped; null where it ran.
   */
  run(conformanceCase: ConformanceCase): Promise<string | null>;
}

/** Defines one test per case of the kit. */
export function testConformance({ runtime, network, tolerance = conformanceTolerance, run }: ConformanceTests): void {
  describe(`${runtime}, ${network}`, () => {
    test.for(conformanceCases)('$name', { timeout: 180_000 }, async (conformanceCase, { skip, task }) => {
      task.meta.conformance = { runtime, network, name: conformanceCase.name, tolerance };
      const reason = await run(conformanceCase);
      skip(reason !== null, reason ?? '');
    });
  });
}

/** Runs one case on a subject in this process. */
export async function runOn(subject: ConformanceSubject, conformanceCase: ConformanceCase): Promise<string | null> {
  const reason = conformanceCase.skip?.(subject) ?? null;
  if (reason === null) await conformanceCase.run(subject);
  return reason;
}
