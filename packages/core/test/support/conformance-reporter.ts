// At the end of a test run: one table of what became of every conformance case on every runtime.

import type { Reporter, TestCase, TestModule } from 'vitest/node';
import {
  type ConformanceReport,
  formatConformanceTable,
} from '../../src/testing/conformance/format-conformance-table.ts';
import type { ConformanceTestMeta } from '../../src/testing/conformance/test-conformance.ts';

declare module 'vitest' {
  interface TaskMeta {
    conformance?: ConformanceTestMeta;
  }
}

export default class ConformanceReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const reports = modules.flatMap((module) => [...module.children.allTests()].flatMap(reportOf));
    if (reports.length === 0) return;
    reports.sort((left, right) => left.runtime.localeCompare(right.runtime));
    console.log(`\nConformance\n\n${formatConformanceTable(reports)}\n`);
  }
}

function reportOf(test: TestCase): readonly ConformanceReport[] {
  const { conformance } = test.meta();
  if (conformance === undefined) return [];
  const result = test.result();
  switch (result.state) {
    case 'passed':
      return [{ ...conformance, status: 'pass', reason: null }];
    case 'skipped':
      return [{ ...conformance, status: 'skip', reason: result.note ?? 'no reason given' }];
    case 'failed':
      return [{ ...conformance, status: 'fail', reason: result.errors[0]?.message ?? 'unknown error' }];
    case 'pending':
      return [];
  }
}
