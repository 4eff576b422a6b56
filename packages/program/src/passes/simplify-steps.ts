// Makes fewer steps of the same results: activations and biases join the layer before them, layer norms that are
// spelled out and chains of reshapes become one step, and what nobody reads goes.

import type { Parameter } from '@ztw/core/runtime';
import { type ProgramStep, stepReads } from '../steps/program-steps.ts';
import { joinLayerNorms } from './join-layer-norms.ts';
import { joinNeighbours, type ProgramBody, withoutUnread } from './program-body.ts';

export function simplifySteps(body: ProgramBody): ProgramBody {
  const { weights } = body;
  let current = withoutUnread(joinLayerNorms(body));
  for (const rule of [joinReshape, joinBias, joinActivation]) {
    current = withoutUnread(joinNeighbours(current, stepReads, (before, step) => rule(before, step, weights)));
  }
  return current;
}

/** @returns what takes the place of both steps, or null where they do not join. */
type Rule = (before: ProgramStep, step: ProgramStep, weights: ReadonlyMap<string, Parameter>) => ProgramStep | null;

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
