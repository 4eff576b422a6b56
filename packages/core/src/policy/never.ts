import type { ExitPolicy } from '../contract/exit-policy.ts';

/** No row leaves early: every row takes the last exit's answer, at the full cost. */
export function never(): ExitPolicy {
  return {
    specificationVersion: 'v1',
    name: 'never()',
    specification: { kind: 'never' },
    init: () => null,
    update: (_state, { rows }) => ({ state: null, exits: new Uint8Array(rows) }),
    keepRows: () => null,
  };
}
