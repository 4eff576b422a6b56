import { InvalidInputError } from '@ztw/core';
import { describeValue } from '../images/describe-value.ts';
import type { ClassifierResult } from './result.ts';

/**
 * Says in plain English what an answer is, where it was found, and what that saved.
 * @throws InvalidInputError for anything but a result.
 */
export function explainResult(result: ClassifierResult): string {
  checkResult(result);
  const { label, probability, top, exit, exits, exitName, cost } = result;
  const [, second] = top;
  const isLast = exit === exits - 1;
  const rival = second === undefined ? '' : `; next is ${second.label} with ${percent(second.probability)}`;
  const place = isLast
    ? `It was answered by the last of ${exits} exits (${exitName}).`
    : `It left at exit ${exit + 1} of ${exits} (${exitName}), because it was sure enough.`;
  return `${label} with ${percent(probability)}${rival}. ${place} ${savings(cost)}`;
}

function savings(cost: number): string {
  if (cost < 0.995) return `That took ${percent(cost)} of the full network's work and saved ${percent(1 - cost)}.`;
  if (cost <= 1.005) return "That took the full network's work.";
  return `That took ${percent(cost)} of the full network's work: what came before the last exit was not worth it here.`;
}

function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 1 ? value.toPrecision(1) : Math.round(value)} %`;
}

function checkResult(result: unknown): asserts result is ClassifierResult {
  const { exit, cost, top } = (result ?? {}) as Partial<ClassifierResult>;
  if (typeof exit === 'number' && typeof cost === 'number' && Array.isArray(top)) return;
  const advice = Array.isArray(result) ? ' Explain each result of the list alone.' : '';
  throw new InvalidInputError(
    `Expected a result of classify or refine; received ${describeValue(result)}.${advice} Await the call first: explain(await classifier.classify(image)).`,
    { expected: 'a result', received: describeValue(result), path: 'result' },
  );
}
