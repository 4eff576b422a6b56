// Policies made of policies. Every member sees every exit, so that its state is correct whatever the others decide.

import type { CombinedSpecification, ExitPolicy } from '../contract/exit-policy.ts';
import { InvalidInputError } from '../errors/errors.ts';

/**
 * A row leaves at the first exit where at least one of the policies releases it.
 * @throws InvalidInputError without any policy.
 */
export function anyOf(...policies: readonly ExitPolicy[]): ExitPolicy {
  return combinedPolicy('anyOf', policies, (votes) => votes > 0);
}

/**
 * A row leaves at the first exit where all of the policies release it.
 * @throws InvalidInputError without any policy.
 */
export function allOf(...policies: readonly ExitPolicy[]): ExitPolicy {
  return combinedPolicy('allOf', policies, (votes) => votes === policies.length);
}

function combinedPolicy(
  kind: CombinedSpecification['kind'],
  policies: readonly ExitPolicy[],
  leaves: (votes: number) => boolean,
): ExitPolicy<readonly unknown[]> {
  if (policies.length === 0)
    throw new InvalidInputError(`Expected at least one policy in ${kind}(); received none. Pass one or more.`, {
      expected: 'at least one policy',
      received: 0,
    });
  const specifications = policies.flatMap(({ specification }) => specification ?? []);
  return {
    specificationVersion: 'v1',
    // If one member cannot be stored, the whole cannot.
    ...(specifications.length === policies.length && { specification: { kind, policies: specifications } }),
    name: `${kind}(${policies.map((policy) => policy.name).join(', ')})`,
    init: (rows) => policies.map((policy) => policy.init(rows)),
    update: (states, input) => {
      const updates = policies.map((policy, member) => policy.update(states[member], input));
      const exits = new Uint8Array(input.rows);
      for (let row = 0; row < input.rows; row++) {
        const votes = updates.reduce((sum, update) => sum + (update.exits[row] === 0 ? 0 : 1), 0);
        if (leaves(votes)) exits[row] = 1;
      }
      return { state: updates.map((update) => update.state), exits };
    },
    keepRows: (states, kept) => policies.map((policy, member) => policy.keepRows(states[member], kept)),
  };
}
