import type { Comparison, PolicySpecification } from '../contract/exit-policy.ts';
import { confidence } from './confidence-threshold.ts';
import { entropy } from './entropy-threshold.ts';
import { margin } from './margin-threshold.ts';
import { patienceKind } from './patience.ts';
import type { PolicyKind } from './policy-kind.ts';

/**
 * Every kind of policy that compares one score with a limit. All code that runs, sweeps, calibrates, stores, parses or
 * exports policies uses this table. A new kind is a file beside these and a line here.
 */
export const policyKinds: Readonly<Record<'confidence' | 'entropy' | 'margin' | 'patience', PolicyKind>> = {
  confidence,
  entropy,
  margin,
  patience: patienceKind,
};

/** The kind of that name; null if there is none. */
export function findPolicyKind(name: string): PolicyKind | null {
  return Object.values(policyKinds).find(({ kind }) => kind === name) ?? null;
}

/** A policy that is one limit on one score, the same at every exit: a point of its kind's sweep. */
export interface SingleLimit {
  readonly kind: PolicyKind;
  readonly comparison: Comparison;
  readonly limit: number;
}

/**
 * The kind of a policy that a single ONNX file can run with its limits as an input; null if the policy needs separate
 * stages.
 */
export function graphKind(specification: PolicySpecification | undefined): PolicyKind | null {
  if (specification === undefined || !('limit' in specification) || specification.comparison !== undefined) return null;
  const kind = findPolicyKind(specification.kind);
  return kind === null || kind.graphScore === null ? null : kind;
}

/** The one limit of a policy; null for limits per exit, combined policies and `never`. */
export function singleLimit(specification: PolicySpecification): SingleLimit | null {
  if (!('limit' in specification) || typeof specification.limit !== 'number') return null;
  const kind = findPolicyKind(specification.kind);
  return kind && { kind, comparison: specification.comparison ?? kind.comparisons[0], limit: specification.limit };
}
