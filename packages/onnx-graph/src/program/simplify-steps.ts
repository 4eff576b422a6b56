// Makes fewer steps of the same results: activations and biases join the layer before them, layer norms that are spelled out and chains of
// reshapes become one step, and what nobody reads goes.

import type { Parameter } from '@ztw/core';
import { type ProgramStep, stepReads } from '@ztw/program';
import { joinLayerNorms, type KnownSteps } from './join-layer-norm.ts';

/** @param results Names that must stay: outputs and logits. */
export function simplifySteps(known: KnownSteps, results: readonly string[]): readonly ProgramStep[] {
  const { weights } = known;
  let current = withoutUnread(joinLayerNorms(known), results);
  for (const rule of [joinReshape, joinBias, joinActivation]) {
    current = withoutUnread(applyRule(current, weights, results, rule), results);
  }
  return current;
}

/** @returns what takes the place of both steps, or null where they do not join. */
type Rule = (before: ProgramStep, step: ProgramStep, weights: ReadonlyMap<string, Parameter>) => ProgramStep | null;

/** Joins a step with the one that it reads first, where nobody else reads that. */
function applyRule(
  steps: readonly ProgramStep[],
  weights: ReadonlyMap<string, Parameter>,
  results: readonly string[],
  rule: Rule,
): readonly ProgramStep[] {
  const reads = countReads(steps, results);
  const kept = new Map<string, ProgramStep>();
  for (const step of steps) {
    const before = stepReads(step)
      .map((name) => kept.get(name))
      .find((candidate) => candidate !== undefined);
    const joined = before !== undefined && reads.get(before.output) === 1 ? rule(before, step, weights) : null;
    if (before !== undefined && joined !== null) kept.delete(before.output);
    kept.set(step.output, joined ?? step);
  }
  return [...kept.values()];
}

const joinReshape: Rule = (before, step) =>
  before.operator === 'reshape' && step.operator === 'reshape' ? { ...step, input: before.input } : null;

const joinBias: Rule = (before, step, weights) => {
  if (before.operator !== 'dense' || before.bias !== null || before.activation !== null) return null;
  if (step.operator !== 'binary' || step.function !== 'add') return null;
  const bias = step.left === before.output ? step.right : step.left;
  const [length, ...others] = weights.get(bias)?.shape ?? [];
  const fits = others.length === 0 && length === weights.get(before.weight)?.shape[1];
  return fits ? { ...before, bias, output: step.output } : null;
};

const joinActivation: Rule = (before, step) => {
  if (before.operator !== 'conv2d' && before.operator !== 'depthwise-conv2d' && before.operator !== 'dense')
    return null;
  if (before.activation !== null || step.operator !== 'function') return null;
  if (step.function !== 'relu' && step.function !== 'relu6') return null;
  return { ...before, activation: step.function, output: step.output };
};

function withoutUnread(steps: readonly ProgramStep[], results: readonly string[]): readonly ProgramStep[] {
  const read = new Set(results);
  const kept: ProgramStep[] = [];
  for (const step of steps.toReversed()) {
    if (!read.has(step.output)) continue;
    kept.push(step);
    for (const name of stepReads(step)) read.add(name);
  }
  return kept.toReversed();
}

function countReads(steps: readonly ProgramStep[], results: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of [...results, ...steps.flatMap(stepReads)]) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
