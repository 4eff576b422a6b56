// Policies as data: from JSON to a checked specification, and from a specification to the policy.

import type { CombinedSpecification, ExitPolicy, PolicySpecification } from '../contract/exit-policy.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { allOf, anyOf } from './combined-policy.ts';
import { never } from './never.ts';
import type { PerExit } from './per-exit.ts';
import { type PolicyKind, policyOfKind } from './policy-kind.ts';
import { findPolicyKind, policyKinds } from './policy-kinds.ts';

const combine = { anyOf, allOf } as const;

/** Allowed levels of `anyOf` and `allOf`: more than a policy needs, and few enough for the stack. */
const deepest = 8;

/**
 * The policy of a specification.
 * @throws InvalidInputError for an unknown kind, and for limits out of the kind's range.
 */
export function policyFromSpecification(specification: PolicySpecification): ExitPolicy {
  return policyFromJson(specification, deepest);
}

/**
 * Checks parsed JSON. Unknown fields are errors, because they may change the meaning of the others.
 * @throws InvalidInputError that names the problem.
 */
export function parsePolicySpecification(json: unknown): PolicySpecification {
  const { specification, name } = policyFromJson(json, deepest);
  if (specification === undefined) throw new Error(`internal: ${name} was made of a specification and has none`);
  return specification;
}

function policyFromJson(json: unknown, levels: number): ExitPolicy {
  if (typeof json !== 'object' || json === null || Array.isArray(json) || !('kind' in json)) {
    throw new InvalidInputError(
      `Expected a policy such as {"kind": "confidence", "limit": 0.9}; received ${JSON.stringify(json)}.`,
    );
  }
  const fields: Readonly<Record<string, unknown>> = { ...json };
  const { kind } = fields;
  if (kind === 'never') {
    checkFields(fields, ['kind']);
    return never();
  }
  if (kind === 'anyOf' || kind === 'allOf') {
    checkFields(fields, ['kind', 'policies']);
    return combine[kind](...membersOf(kind, fields.policies, levels));
  }
  const known = typeof kind === 'string' ? findPolicyKind(kind) : null;
  if (known === null) throw unknownKind(JSON.stringify(kind));
  checkFields(fields, ['kind', 'limit', 'comparison']);
  return policyOfKind(known, limitOf(known, fields.limit), comparisonOf(known, fields.comparison));
}

function membersOf(kind: CombinedSpecification['kind'], policies: unknown, levels: number): readonly ExitPolicy[] {
  if (!Array.isArray(policies) || levels <= 1) {
    throw new InvalidInputError(
      `Expected the policies of ${kind} as a list, at most ${deepest} levels deep; received ${JSON.stringify(policies)}.`,
    );
  }
  return policies.map((policy) => policyFromJson(policy, levels - 1));
}

function limitOf({ kind }: PolicyKind, limit: unknown): PerExit {
  if (typeof limit === 'number') return limit;
  if (Array.isArray(limit) && limit.every((value) => typeof value === 'number')) return limit;
  throw new InvalidInputError(
    `Expected the limit of ${kind} as a number, or a list of one per exit; received ${JSON.stringify(limit)}.`,
  );
}

function comparisonOf({ kind, comparisons }: PolicyKind, comparison: unknown): PolicyKind['comparisons'][0] {
  if (comparison === undefined) return comparisons[0];
  const known = comparisons.find((candidate) => candidate === comparison);
  if (known !== undefined) return known;
  throw new InvalidInputError(
    `Expected a comparison of ${kind} that is ${comparisons.join(' or ')}; received ${JSON.stringify(comparison)}.`,
    { expected: comparisons, received: JSON.stringify(comparison), path: 'comparison' },
  );
}

function checkFields(fields: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new InvalidInputError(
      `Expected only the fields ${known.join(', ')} in a policy of the kind ${String(fields.kind)}; received "${unknown}". Update ztw if a newer release made it.`,
      { expected: known, received: unknown },
    );
  }
}

/** The error for an unknown kind. */
export function unknownKind(received: string): InvalidInputError {
  const names = [...Object.values(policyKinds).map(({ kind }) => kind), 'anyOf', 'allOf', 'never'];
  return new InvalidInputError(
    `Expected a policy of the kind ${names.join(', ')}; received ${received}. Update ztw if a newer release made it.`,
    { expected: names, received, path: 'kind' },
  );
}
