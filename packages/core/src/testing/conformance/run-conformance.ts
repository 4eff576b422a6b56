import { conformanceCases } from './conformance-cases.ts';
import type { ConformanceCase, ConformanceOutcome, ConformanceSubject } from './conformance-subject.ts';

/** Runs one case; a failure is an outcome, not an exception. */
export async function runConformanceCase(
  conformanceCase: ConformanceCase,
  subject: ConformanceSubject,
): Promise<ConformanceOutcome> {
  const { name } = conformanceCase;
  const reason = conformanceCase.skip?.(subject) ?? null;
  if (reason !== null) return { name, status: 'skip', reason };
  try {
    await conformanceCase.run(subject);
    return { name, status: 'pass' };
  } catch (error) {
    return { name, status: 'fail', error };
  }
}

/** Runs all cases, one after the other, and returns the outcome of each. */
export async function runConformance(subject: ConformanceSubject): Promise<readonly ConformanceOutcome[]> {
  const outcomes: ConformanceOutcome[] = [];
  for (const conformanceCase of conformanceCases) outcomes.push(await runConformanceCase(conformanceCase, subject));
  return outcomes;
}

/** The outcomes as lines of text: `pass  keeps the order of the rows that stay`. */
export function formatConformance(outcomes: readonly ConformanceOutcome[]): string {
  return outcomes.map(formatOutcome).join('\n');
}

function formatOutcome(outcome: ConformanceOutcome): string {
  switch (outcome.status) {
    case 'pass':
      return `pass  ${outcome.name}`;
    case 'skip':
      return `skip  ${outcome.name} (${outcome.reason})`;
    case 'fail':
      return `FAIL  ${outcome.name}: ${outcome.error}`;
  }
}
