// The options of a call, and their checks. JavaScript does not check types, so each wrong use gets a sentence.

import { type ExitPolicy, InvalidInputError } from '@ztw/core';
import { describeValue } from '../images/describe-value.ts';
import { isInputBatch } from '../images/input-rows.ts';
import type { Resize } from '../pixels/fit-pixels.ts';

/** How one call is made. At most one of `budget`, `threshold` and `policy`. */
export interface CallOptions {
  /**
   * What an input may cost on average: a fraction of the full network's MACs, or a time on this device, which the first
   * such call measures. The calibrated operating point within it is used.
   */
  readonly budget?: number | { readonly milliseconds: number };
  /** An input leaves when its probability is above: 0 to 1, one for all exits or one per exit. */
  readonly threshold?: number | readonly number[];
  /** Any exit policy: `patience(2)`. */
  readonly policy?: ExitPolicy;
  /** The best answer so far is returned after this time; the first stage always runs. */
  readonly maxMilliseconds?: number;
  /** How many classes to rank. Default: 5, or all if there are fewer. */
  readonly top?: number;
  /** Stops the call. */
  readonly signal?: AbortSignal;
  /** How images of another size are fitted. Default: as the bundle says. */
  readonly resize?: Resize;
}

const names = ['budget', 'threshold', 'policy', 'maxMilliseconds', 'top', 'signal', 'resize'] as const;
const exclusive = ['budget', 'threshold', 'policy'] as const;
const resizes: readonly string[] = ['stretch', 'cover', 'contain', 'none'] satisfies readonly Resize[];

/** The number of ranked classes without `top`. */
export const defaultTop = 5;

/** @throws InvalidInputError naming the option that does not fit. */
export function checkCallOptions(options: CallOptions, extra: readonly string[] = []): void {
  checkObject(options);
  const known = [...names, ...extra];
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw wrong(unknown, `one of the options ${known.join(', ')}`, unknown, 'Correct its name, or leave it out.');
  }
  const given = exclusive.filter((name) => options[name] !== undefined);
  if (given.length > 1) {
    throw wrong(given.join(' and '), `one of ${exclusive.join(', ')}`, given.join(' and '), 'Leave the others out.');
  }
  const { budget, threshold, policy, maxMilliseconds, top, signal, resize } = options;
  if (budget !== undefined) checkBudget(budget);
  if (threshold !== undefined) checkThreshold(threshold);
  if (policy !== undefined && !isPolicy(policy)) {
    throw wrong(
      'policy',
      'an exit policy',
      describeValue(policy),
      'Make one with confidenceThreshold(0.9) or patience(2) of @ztw/core.',
    );
  }
  if (maxMilliseconds !== undefined && !(isNumber(maxMilliseconds) && maxMilliseconds >= 0)) {
    throw wrong('maxMilliseconds', 'a number from 0 on', describeValue(maxMilliseconds), 'Leave it out for no limit.');
  }
  if (top !== undefined && !(Number.isSafeInteger(top) && top >= 1)) {
    throw wrong('top', 'a whole number from 1 on', describeValue(top), 'It is the number of classes to rank.');
  }
  if (signal !== undefined) checkSignal(signal);
  if (resize !== undefined) checkResize(resize);
}

/** @throws InvalidInputError for a list, because only one input can be refined at a time. */
export function checkSingleInput(input: unknown): void {
  if (!Array.isArray(input) && !isInputBatch(input)) return;
  throw wrong('input', 'a single image or row', describeValue(input), 'Call refine for each input, or use classify.');
}

/** @throws InvalidInputError for inputs that are no sequence, and for options that do not fit. */
export function checkStream(inputs: unknown, options: object): void {
  checkCallOptions(options, ['batchSize', 'maxWaitMilliseconds']);
  if ('maxMilliseconds' in options) {
    throw wrong('maxMilliseconds', 'no limit per call for a stream', 'one', 'Use classify or refine for each input.');
  }
  const isSequence =
    typeof inputs === 'object' && inputs !== null && (Symbol.asyncIterator in inputs || Symbol.iterator in inputs);
  if (isSequence && !ArrayBuffer.isView(inputs)) return;
  throw wrong(
    'inputs',
    'a sequence of images, such as an async generator or an array',
    describeValue(inputs),
    'Use classify for a single image.',
  );
}

/** @throws InvalidInputError for anything but a way to fit images. */
export function checkResize(resize: unknown): void {
  if (typeof resize === 'string' && resizes.includes(resize)) return;
  throw wrong('resize', resizes.map((name) => `'${name}'`).join(', '), describeValue(resize), 'Choose one of them.');
}

/** @throws InvalidInputError for anything but an AbortSignal. */
export function checkSignal(signal: unknown): void {
  const { addEventListener, abort } = signal as Partial<AbortSignal & AbortController>;
  if (typeof addEventListener === 'function') return;
  const advice = typeof abort === 'function' ? 'Pass controller.signal.' : 'Pass the signal of an AbortController.';
  throw wrong('signal', 'an AbortSignal', describeValue(signal), advice);
}

/** An error about one option. */
export function wrong(path: string, expected: string, received: string, advice: string): InvalidInputError {
  return new InvalidInputError(`Expected ${expected} as ${path}; received ${received}. ${advice}`, {
    expected,
    received,
    path,
  });
}

function checkObject(options: unknown): void {
  if (isPolicy(options)) {
    throw wrong('options', 'an object', 'an exit policy', 'Pass it by its name: { policy }.');
  }
  if (isNumber(options)) {
    throw wrong('options', 'an object', String(options), `Pass it by its name: { budget: ${options} }.`);
  }
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw wrong('options', 'an object', describeValue(options), 'Pass options by their names: { budget: 0.5 }.');
}

function checkBudget(budget: unknown): void {
  if (isNumber(budget)) {
    if (budget > 0) return;
  } else if (typeof budget === 'object' && budget !== null) {
    const { milliseconds } = budget as { readonly milliseconds?: unknown };
    if (isNumber(milliseconds) && milliseconds > 0) return;
  }
  throw wrong(
    'budget',
    'a fraction of the full network above 0, or { milliseconds }',
    describeValue(budget),
    'Pass 0.5 for half of the work.',
  );
}

function checkThreshold(threshold: unknown): void {
  const values = Array.isArray(threshold) ? (threshold as readonly unknown[]) : [threshold];
  if (values.length > 0 && values.every((value) => isNumber(value) && value >= 0 && value <= 1)) return;
  throw wrong(
    'threshold',
    'a probability from 0 to 1, or one per exit',
    Array.isArray(threshold) ? `[${threshold.join(', ')}]` : describeValue(threshold),
    'Pass 0.9 to leave with 90 % confidence.',
  );
}

function isPolicy(value: unknown): value is ExitPolicy {
  const { init, update, keepRows } = (value ?? {}) as Partial<ExitPolicy>;
  return [init, update, keepRows].every((member) => typeof member === 'function');
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
