// Policies as text: `confidence:0.9`, `entropy:0.3`, `confidence:0.5,0.7,0.9` with one limit per exit,
// `confidence:>=0.9`,
// `anyOf(confidence:0.9, patience:3)`, `never`.

import type { ExitPolicy, PolicySpecification } from '../contract/exit-policy.ts';
import { InvalidInputError } from '../errors/errors.ts';
import type { PolicyKind } from './policy-kind.ts';
import { findPolicyKind } from './policy-kinds.ts';
import { policyFromSpecification, unknownKind } from './policy-specification.ts';

/**
 * Reads the text of a policy.
 * @throws InvalidInputError for any other text.
 */
export function parsePolicy(text: string): ExitPolicy {
  return policyFromSpecification(readPolicy(text.trim()));
}

/**
 * Reads the name of a kind whose limit will be swept or calibrated.
 * @throws InvalidInputError for an unknown name, and for a policy that already has limits.
 */
export function parsePolicyKind(text: string): PolicyKind {
  const kind = findPolicyKind(text.trim());
  if (kind !== null) return kind;
  if (/^(anyOf|allOf)\b/.test(text.trim())) {
    throw new InvalidInputError(
      `Expected the name of a kind of policy, such as confidence; received ${text}, which has several limits. ` +
        'A sweep varies one limit: name a single kind. A combined policy can only be run.',
      { expected: 'the name of a kind', received: text },
    );
  }
  if (text.includes(':')) {
    const [name = ''] = text.split(':');
    throw new InvalidInputError(
      text.includes(',')
        ? `Expected the name of a kind of policy; received ${text}, which has one limit per exit. Choosing these together overfits the rows on which they are chosen, so one limit is chosen for all exits: write ${name}.`
        : `Expected the name of a kind of policy; received ${text}, which already has a limit. The limit will be chosen: write ${name}.`,
      { expected: name, received: text },
    );
  }
  throw unknownKind(text);
}

/** The text of a policy, which `parsePolicy` reads. */
export function policyText(specification: PolicySpecification): string {
  if ('policies' in specification) {
    return `${specification.kind}(${specification.policies.map(policyText).join(', ')})`;
  }
  if (!('limit' in specification)) return specification.kind;
  const { kind, limit, comparison = '' } = specification;
  return `${kind}:${comparison}${typeof limit === 'number' ? limit : `${limit.join(',')}${limit.length === 1 ? ',' : ''}`}`;
}

function readPolicy(text: string): PolicySpecification {
  if (text === 'never') return { kind: 'never' };
  const combined = /^(anyOf|allOf)\s*\((.*)\)$/s.exec(text);
  if (combined !== null) {
    const kind = combined[1] === 'anyOf' ? 'anyOf' : 'allOf';
    return { kind, policies: membersOf(combined[2] ?? '').map(readPolicy) };
  }
  const [, name = '', comparison, values = ''] = /^([A-Za-z-]+)\s*:\s*(>=|<=|>|<)?(.*)$/s.exec(text) ?? [];
  const kind = findPolicyKind(name);
  if (name === '') {
    throw new InvalidInputError(
      `Expected a policy such as confidence:0.9, patience:3 or anyOf(confidence:0.9, patience:3); received ${text}.`,
    );
  }
  if (kind === null) throw unknownKind(name);
  const limits = values.replace(/,\s*$/, '').split(',').map(numberIn);
  const [only] = limits;
  const limit = only !== undefined && limits.length === 1 && !values.trim().endsWith(',') ? only : limits;
  const known = kind.comparisons.find((candidate) => candidate === comparison);
  if (comparison !== undefined && known === undefined) {
    throw new InvalidInputError(`Expected ${name}:${kind.comparisons.join(` or ${name}:`)}; received ${text}.`, {
      expected: kind.comparisons,
      received: comparison,
      path: text,
    });
  }
  return { kind: name, limit, ...(known === undefined || known === kind.comparisons[0] ? {} : { comparison: known }) };
}

function numberIn(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new InvalidInputError(`Expected a number as the limit of a policy; received "${text}".`, {
      expected: 'a finite number',
      received: text,
    });
  }
  return value;
}

/** Parts between the commas outside parentheses. A part that is a number is a further limit of the part before it. */
function membersOf(text: string): readonly string[] {
  const members: string[] = [];
  let depth = 0;
  let part = '';
  const finish = (): void => {
    const before = members.pop();
    if (before === undefined) members.push(part.trim());
    else if (/^\s*[\d.+-]/.test(part) || part.trim() === '') members.push(`${before},${part.trim()}`);
    else members.push(before, part.trim());
    part = '';
  };
  for (const character of text) {
    depth += character === '(' ? 1 : character === ')' ? -1 : 0;
    if (character === ',' && depth === 0) finish();
    else part += character;
  }
  finish();
  return members;
}
