// Several ways to do the same work, timed in turns: what slows the machine for a while slows all of them.

import { throwIfAborted } from '../errors/throw-if-aborted.ts';

/** One of several ways to do the same work. */
export interface Contender {
  readonly name: string;
  /** @param round Selects one of the prepared inputs. It is the same for all contenders of a round; warm-ups are round 0. */
  run(round: number): Promise<unknown>;
}

/** The times of one contender. */
export interface TimedContender {
  readonly name: string;
  /** One time per round. */
  readonly milliseconds: readonly number[];
}

/** The time of one contender divided by that of another in the same round. */
export interface TimeShare {
  /** Median over the rounds. */
  readonly median: number;
  readonly quartiles: readonly [number, number];
}

export interface InterleaveOptions {
  /** Counted rounds. */
  readonly rounds: number;
  /** Rounds before the counted ones, on the inputs of round 0. */
  readonly warmUps: number;
  /** Prepares the input of a round; its time does not count. */
  readonly prepare?: (round: number) => Promise<void>;
  /** Called after each round, warm-ups included. */
  readonly onProgress?: (roundsDone: number, roundsTotal: number) => void;
  /** Stops between two rounds. */
  readonly signal?: AbortSignal;
  /** The clock, in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
}

/**
 * Times contenders in turns. Each round begins with the next contender, so that none always profits from caches that another filled.
 * @returns the contenders in their order, each with one time per counted round.
 * @throws AbortedError where `signal` fires; whatever a contender throws.
 *
 * @example
 * const [whole, early] = await interleave([wholeNetwork, earlyExit], { rounds: 100, warmUps: 5 });
 * console.log(timeShare(early, whole).median);
 */
export async function interleave(
  contenders: readonly Contender[],
  { rounds, warmUps, prepare, onProgress, signal, now = () => performance.now() }: InterleaveOptions,
): Promise<readonly TimedContender[]> {
  const records = contenders.map((contender) => ({ contender, milliseconds: [] as number[] }));
  for (let round = -warmUps; round < rounds; round++) {
    throwIfAborted(signal, 'measurement');
    const input = Math.max(0, round);
    await prepare?.(input);
    const first = input % Math.max(1, records.length);
    for (const { contender, milliseconds } of [...records.slice(first), ...records.slice(0, first)]) {
      const start = now();
      await contender.run(input);
      if (round >= 0) milliseconds.push(now() - start);
    }
    onProgress?.(round + warmUps + 1, rounds + warmUps);
  }
  return records.map(({ contender: { name }, milliseconds }) => ({ name, milliseconds }));
}

/** How long a contender takes as a share of a yardstick, round by round. */
export function timeShare(contender: TimedContender, yardstick: TimedContender): TimeShare {
  const shares = contender.milliseconds
    .map((time, round) => time / (yardstick.milliseconds[round] ?? Number.NaN))
    .sort((left, right) => left - right);
  const middle = shares.length >>> 1;
  const upper = shares[middle] ?? Number.NaN;
  const quartile = (share: number): number => shares[Math.round(share * (shares.length - 1))] ?? Number.NaN;
  return {
    median: shares.length % 2 === 1 ? upper : ((shares[middle - 1] ?? Number.NaN) + upper) / 2,
    quartiles: [quartile(0.25), quartile(0.75)],
  };
}
