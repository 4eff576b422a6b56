// The page's side of the conformance tests in a browser.

import { type ConformanceSubject, conformanceCases, runConformanceCase } from '../../src/testing/index.ts';

/** What became of a case; JSON-safe. */
export interface PageOutcome {
  readonly status: 'pass' | 'skip' | 'fail';
  readonly reason: string | null;
}

/** What the test asks the page to open; JSON-safe. */
export interface PageSubject {
  readonly runtime: string;
  readonly network: string;
}

/** The functions that a page offers to the test. */
export interface ConformancePage {
  /** @returns why the runtime cannot run in this browser; null where it can. */
  openSubject(wanted: PageSubject): Promise<string | null>;
  runCase(name: string): Promise<PageOutcome>;
}

/**
 * @param open Makes the subject, or says why this browser cannot run it.
 */
export function exposeConformance(open: (wanted: PageSubject) => Promise<ConformanceSubject | string>): void {
  let subject: ConformanceSubject | null = null;
  const page: ConformancePage = {
    async openSubject(wanted) {
      const opened = await open(wanted);
      if (typeof opened === 'string') return opened;
      subject = opened;
      return null;
    },
    async runCase(name) {
      const conformanceCase = conformanceCases.find((other) => other.name === name);
      if (subject === null || conformanceCase === undefined) throw new Error(`internal: nothing to run "${name}" on`);
      const outcome = await runConformanceCase(conformanceCase, subject);
      if (outcome.status === 'fail') return { status: 'fail', reason: String(outcome.error) };
      return { status: outcome.status, reason: outcome.status === 'skip' ? outcome.reason : null };
    },
  };
  Object.assign(globalThis, page);
}

/** Fetches a file from the test's server. */
export async function fetchBytes(path: string): Promise<Uint8Array> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}
