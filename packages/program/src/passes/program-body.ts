// The input and output of a pass: a program that is written but not closed. A pass returns a new body and changes
// nothing in place.

import { type ProgramStep, stepReads } from '../steps/program-steps.ts';
import type { Size } from '../write/size.ts';
import type { StoredWeight } from '../write/stored-weight.ts';

export interface ProgramBody {
  readonly steps: readonly ProgramStep[];
  /** The stored tensors that steps read; there may be others. */
  readonly weights: ReadonlyMap<string, StoredWeight>;
  /** Shapes of results in memory, if known. */
  readonly shapes: ReadonlyMap<string, readonly Size[]>;
  /** Names that the caller reads: outputs and logits. Passes keep them. */
  readonly results: readonly string[];
}

/** How often each name is read, by steps and by the caller. */
export function countReads({ steps, results }: ProgramBody): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of [...results, ...steps.flatMap(stepReads)]) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** The body without steps whose results are not used. */
export function withoutUnread(body: ProgramBody): ProgramBody {
  const read = new Set(body.results);
  const kept: ProgramStep[] = [];
  for (const step of body.steps.toReversed()) {
    if (!read.has(step.output)) continue;
    kept.push(step);
    for (const name of stepReads(step)) read.add(name);
  }
  return { ...body, steps: kept.toReversed() };
}

/**
 * Joins a step and the step before it into one, if a rule allows it and nothing else reads the result between them.
 * @param candidates Names of results whose steps may be joined with this one, best first.
 * @param join Returns the step that replaces both, or null to keep them separate.
 */
export function joinNeighbours(
  body: ProgramBody,
  candidates: (step: ProgramStep) => readonly string[],
  join: (before: ProgramStep, step: ProgramStep) => ProgramStep | null,
): ProgramBody {
  const reads = countReads(body);
  const kept = new Map<string, ProgramStep>();
  for (const step of body.steps) {
    const before = candidates(step)
      .map((name) => kept.get(name))
      .find((candidate) => candidate !== undefined);
    const joined = before !== undefined && reads.get(before.output) === 1 ? join(before, step) : null;
    if (before !== undefined && joined !== null) kept.delete(before.output);
    kept.set(step.output, joined ?? step);
  }
  return { ...body, steps: [...kept.values()] };
}
