// Parsers for values of options. Each throws commander's error, which names the option and shows the value.

import { type ExitPolicy, InvalidInputError, type PolicyKind, parsePolicy, policyKinds } from '@ztw/core';
import { parsePolicyKind } from '@ztw/core/runtime';
import { InvalidArgumentError } from 'commander';

/** A whole number of at least `minimum`. */
export function integerAtLeast(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < minimum) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${minimum}.`);
    }
    return value;
  };
}

/** A port of TCP; 0 stands for any free one. */
export function portNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError('Expected a whole number from 0 to 65535.');
  }
  return value;
}

/** A finite number in `[minimum, maximum]`. */
export function numberBetween(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(
        maximum === Number.MAX_VALUE
          ? `Expected a number of at least ${minimum}.`
          : `Expected a number from ${minimum} to ${maximum}.`,
      );
    }
    return value;
  };
}

/** A finite number above zero. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

/** A finite number of at least zero. */
export const nonNegativeNumber: (text: string) => number = numberBetween(0, Number.MAX_VALUE);

/** An exit policy: `confidence:0.9`, `patience:3`, `anyOf(entropy:0.2, patience:3)`. */
export function exitPolicy(text: string): ExitPolicy {
  return asArgument(() => parsePolicy(text));
}

/** Names of the policy kinds, for help texts: `confidence, entropy, margin, patience`. */
export const policyKindNames: string = namesOf(Object.values(policyKinds));

/** The kinds that a single ONNX file supports. */
export const exportedKindNames: string = namesOf(Object.values(policyKinds).filter((kind) => kind.graphScore !== null));

function namesOf(kinds: readonly PolicyKind[]): string {
  return kinds.map(({ kind }) => kind).join(', ');
}

/** A policy kind without a limit: `entropy`. */
export function policyKind(text: string): PolicyKind {
  return asArgument(() => parsePolicyKind(text));
}

function asArgument<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    if (InvalidInputError.isInstance(error)) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

/** A fraction above 0 and at most 1. */
export function budget(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0 || value > 1) {
    throw new InvalidArgumentError('Expected a fraction of the full cost, above 0 and at most 1.');
  }
  return value;
}

/** A mean cost: a fraction of the full network's MACs, or a time. */
export type Budget = number | { readonly milliseconds: number };

/** A fraction as `budget`, or a time: `3ms`, `0.5 ms`. */
export function budgetOrTime(text: string): Budget {
  const time = /^(.*\d)\s*ms$/.exec(text.trim());
  if (time === null) {
    try {
      return budget(text);
    } catch {
      throw new InvalidArgumentError(
        'Expected a fraction of the full cost, above 0 and at most 1, or milliseconds above 0: 0.5 or 3ms.',
      );
    }
  }
  return { milliseconds: positiveNumber(time[1] ?? '') };
}

/** Items separated by commas, each parsed by `parseItem`; at least one. */
export function commaSeparated<T>(parseItem: (text: string) => T): (text: string) => readonly T[] {
  return (text) => text.split(',').map((item) => parseItem(item.trim()));
}

/** One of the given words. */
export function oneOf<const T extends string>(words: readonly T[]): (text: string) => T {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) throw new InvalidArgumentError(`Expected one of ${words.join(', ')}.`);
    return word;
  };
}

/** Collects the values of an option that may be repeated. */
export function collect<T>(
  parse: (text: string) => T,
): (text: string, previous: readonly T[] | undefined) => readonly T[] {
  return (text, previous) => [...(previous ?? []), parse(text)];
}
