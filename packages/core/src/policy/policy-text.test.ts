import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../errors/errors.ts';
import { allOf, anyOf } from './combined-policy.ts';
import { confidenceThreshold } from './confidence-threshold.ts';
import { entropyThreshold } from './entropy-threshold.ts';
import { never } from './never.ts';
import { patience } from './patience.ts';
import { policyKinds } from './policy-kinds.ts';
import { parsePolicySpecification } from './policy-specification.ts';
import { parsePolicy, parsePolicyKind, policyText } from './policy-text.ts';

describe('parsePolicy', () => {
  it.each([
    ['confidence:0.9', confidenceThreshold(0.9)],
    [' confidence : 0.9 ', confidenceThreshold(0.9)],
    ['confidence:>=0.9', confidenceThreshold(0.9, { comparison: '>=' })],
    ['confidence:>0.9', confidenceThreshold(0.9)],
    ['confidence:0.5,0.7, 0.9', confidenceThreshold([0.5, 0.7, 0.9])],
    ['entropy:3e-1', entropyThreshold(0.3)],
    ['never', never()],
    ['anyOf(entropy:0.3, patience:3)', anyOf(entropyThreshold(0.3), patience(3))],
    [
      'allOf(confidence:0.5,0.7,anyOf(patience:1,never),entropy:1)',
      allOf(confidenceThreshold([0.5, 0.7]), anyOf(patience(1), never()), entropyThreshold(1)),
    ],
    ['anyOf(confidence:0.5,, patience:3)', anyOf(confidenceThreshold([0.5]), patience(3))],
  ])('reads %s', (text, expected) => {
    const policy = parsePolicy(text);
    expect([policy.name, policy.specification]).toEqual([expected.name, expected.specification]);
    expect(parsePolicy(policyText(policy.specification!)).specification).toEqual(expected.specification);
  });

  it.each([
    ['', /such as confidence:0.9/],
    ['0.9', /such as confidence:0.9/],
    ['mood:1', /kind confidence, .*patience, anyOf.*received mood/],
    ['confidence', /such as confidence:0.9/],
    ['confidence:', /a number as the limit/],
    ['confidence:much', /received "much"/],
    ['confidence:1.5', /from 0 to 1; received 1.5/],
    ['entropy:>0.3', /entropy:</],
    ['patience:1.5', /whole number/],
    ['anyOf()', /such as confidence:0.9/],
    ['anyOf(confidence:0.9', /such as confidence:0.9/],
    ['anyOf(0.9)', /such as confidence:0.9/],
  ])('refuses %j', (text, message) => {
    expect(() => parsePolicy(text)).toThrow(InvalidInputError);
    expect(() => parsePolicy(text)).toThrow(message);
  });
});

describe('parsePolicyKind', () => {
  it('reads the name of a kind', () => {
    for (const kind of Object.values(policyKinds)) expect(parsePolicyKind(` ${kind.kind}`)).toBe(kind);
  });

  it.each([
    ['mood', /received mood/],
    ['never', /received never/],
    ['confidence:0.9', /already has a limit.*write confidence\./],
    ['confidence:0.5,0.9', /one limit per exit.*overfits.*write confidence\./],
    ['anyOf(confidence, patience)', /has several limits\. A sweep varies one limit/],
  ])('refuses %s, which has no single limit to choose', (text, message) => {
    expect(() => parsePolicyKind(text)).toThrow(InvalidInputError);
    expect(() => parsePolicyKind(text)).toThrow(message);
  });
});

describe('parsePolicySpecification', () => {
  const nested = (levels: number): unknown =>
    levels === 0 ? { kind: 'never' } : { kind: 'anyOf', policies: [nested(levels - 1)] };

  it('takes policies of policies, to a depth', () => {
    expect(parsePolicySpecification(nested(5))).toEqual(nested(5));
    expect(() => parsePolicySpecification(nested(20))).toThrow(/8 levels/);
  });

  it.each([
    [null, /such as/],
    [[], /such as/],
    ['confidence', /such as/],
    [{ limit: 1 }, /such as/],
    [{ kind: 3, limit: 1 }, /received 3/],
    [{ kind: 'toString', limit: 1 }, /received "toString"/],
    [{ kind: 'confidence' }, /limit of confidence as a number/],
    [{ kind: 'confidence', limit: '0.9' }, /received "0.9"/],
    [{ kind: 'confidence', limit: [] }, /empty list/],
    [{ kind: 'confidence', limit: [0.5, null] }, /as a number/],
    [{ kind: 'confidence', limit: 0.9, comparison: '<' }, /> or >=; received "<"/],
    [{ kind: 'confidence', limit: 0.9, code: 'x' }, /received "code"/],
    [{ kind: 'never', limit: 0.9 }, /received "limit"/],
    [{ kind: 'anyOf', policies: [] }, /at least one policy/],
    [{ kind: 'anyOf', policies: { kind: 'never' } }, /as a list/],
  ])('refuses %j', (json, message) => {
    expect(() => parsePolicySpecification(json)).toThrow(InvalidInputError);
    expect(() => parsePolicySpecification(json)).toThrow(message);
  });

  it('a policy that cannot be stored keeps a combined one from being stored', () => {
    const { specification: _, ...own } = patience(1);
    expect(anyOf(patience(2), patience(1)).specification).toBeDefined();
    expect(anyOf(patience(2), own).specification).toBeUndefined();
  });
});
