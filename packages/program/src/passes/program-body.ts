// What the passes work on: a program that is written but not closed yet. A pass takes one and gives another; it changes
// nothing in place.

import type { Parameter } from '@ztw/core/runtime';
import { type ProgramStep, stepReads } from '../steps/program-steps.ts';
import type { Size } from '../write/size.ts';

export interface ProgramBody {
  readonly steps: readonly ProgramStep[];
  /** The stored tensors that steps name, perhaps more. */
  readonly weights: ReadonlyMap<string, Parameter>;
  /** Of results, as they lie in memory; where they are known. */
  readonly shapes: ReadonlyMap<string, readonly Size[]>;
  /** Names that somebody outside reads: outputs and logits. No pass loses them. */
  readonly results: readonly string[];
}

/** How often each name is read, by steps and from outside. */
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
 * One step in the place of two where a rule says so: of a step and what it reads first, where nobody else reads that.
 * @param candidates Names of which the step may join the one that makes it, best first.
 * @param join What takes the place of both, or null where they stay apart.
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
