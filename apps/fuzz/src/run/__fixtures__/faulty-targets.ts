// Parsers with one fault each, so that the watching process can be tested.

import { InvalidInputError } from '@ztw/core';
import { type FuzzTarget, mustHold } from '../../target.ts';

/** One in so many inputs meets the fault. */
export const faultyOf = 8;

/** A parser whose inputs are numbers below `faultyOf`; 0 is its fault. */
function numbered(name: string, run: (index: number) => Promise<'accepted' | 'typed'>): FuzzTarget {
  return {
    name,
    share: 1,
    async open() {
      return async (random) => run(random.below(faultyOf));
    },
  };
}

const typed = (): never => {
  throw new InvalidInputError('Expected something else.');
};

export const targets: readonly FuzzTarget[] = [
  numbered('sound', async (index) => (index === 0 ? typed() : 'accepted')),
  numbered('untyped', async (index) => (index === 0 ? JSON.parse('{') : typed())),
  numbered('internal', async (index) => {
    if (index === 0) throw new InvalidInputError('internal: this cannot be.');
    return 'accepted';
  }),
  numbered('silent', async (index) => {
    mustHold(index !== 0, () => 'nought was taken');
    return 'accepted';
  }),
  numbered('unawaited', async (index) => {
    if (index === 0) void Promise.reject(new Error('nobody waits'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    return 'accepted';
  }),
  numbered('endless', async (index) => {
    while (index === 0 && process.argv.length > 0);
    return 'accepted';
  }),
  numbered('never', (index) => (index === 0 ? new Promise(() => undefined) : Promise.resolve('accepted'))),
  numbered('crash', async (index) => {
    if (index === 0) process.kill(process.pid, 'SIGSEGV');
    return 'accepted';
  }),
  numbered('memory', async () => {
    hoard.push(new Uint8Array(8 * 2 ** 20).fill(1));
    return 'accepted';
  }),
];

const hoard: Uint8Array[] = [];
