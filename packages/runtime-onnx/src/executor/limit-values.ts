import { type ExitPolicy, InvalidInputError, type PolicyKind, UnsupportedPolicyError } from '@ztw/core';

/**
 * The limits of a policy, in the form that a single file takes as input.
 * @param kind The kind of policy that the file holds.
 * @param exits Number of exits, the last included.
 * @returns one value for all exits, or one for each but the last.
 * @throws UnsupportedPolicyError for a policy of another kind; InvalidInputError for a list of the wrong length.
 */
export function limitValues(
  { name, specification }: ExitPolicy,
  { kind, comparisons: [comparison] }: PolicyKind,
  exits: number,
): Float32Array {
  const isOfKind = specification?.kind === kind && 'limit' in specification;
  if (!isOfKind || specification.comparison !== undefined) {
    throw new UnsupportedPolicyError(
      `Expected a policy of the kind that this file holds, ${kind} ${comparison} a limit; received the policy ${name}. ` +
        "Make the executor with policyKind for another kind, or with kind 'staged', which takes every policy.",
      { expected: kind, received: name, path: 'policy' },
    );
  }
  const { limit } = specification;
  if (typeof limit === 'number') return Float32Array.of(limit);
  if (limit.length !== exits && limit.length !== exits - 1) {
    throw new InvalidInputError(
      `Expected one threshold for each of the ${exits - 1} exits before the last one, or for all ${exits}; received ${limit.length}. ` +
        'Pass one number to use it for all exits.',
      { expected: [exits - 1, exits], received: limit.length, path: 'policy' },
    );
  }
  return Float32Array.from(limit.slice(0, exits - 1));
}
