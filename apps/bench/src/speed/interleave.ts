import { median } from '../median.ts';

/** One of several ways to do the same work. */
export interface Contender {
  readonly name: string;
  /** @param round Which of the prepared inputs to take; the same for all contenders of a round. */
  run(round: number): Promise<unknown>;
}

/** What a clock said of one contender. */
export interface TimedContender {
  readonly name: string;
  /** Of each round. */
  readonly milliseconds: readonly number[];
}

/** One contender's time as a share of another's in the same round. */
export interface Share {
  /** Over the rounds. */
  readonly median: number;
  readonly quartiles: readonly [number, number];
}

/**
 * Times contenders in turns, so that a busy machine slows all of them alike. Each round begins with another one.
 * @param warmUps Rounds that do not count, on the inputs of round 0.
 * @param now The clock, in milliseconds.
 */
export async function interleave(
  contenders: readonly Contender[],
  rounds: number,
  warmUps: number,
  now: () => number = () => performance.now(),
): Promise<readonly TimedContender[]> {
  const times = contenders.map((): number[] => []);
  for (let round = -warmUps; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (Math.max(0, round) + turn) % contenders.length;
      const start = now();
      await (contenders[index] as Contender).run(Math.max(0, round));
      if (round >= 0) (times[index] as number[]).push(now() - start);
    }
  }
  return contenders.map(({ name }, index) => ({ name, milliseconds: times[index] as number[] }));
}

export function shareOf(contender: TimedContender, yardstick: TimedContender): Share {
  const shares = contender.milliseconds
    .map((time, round) => time / (yardstick.milliseconds[round] ?? Number.NaN))
    .sort((a, b) => a - b);
  const quartile = (share: number): number => shares[Math.round(share * (shares.length - 1))] ?? Number.NaN;
  return { median: median(shares), quartiles: [quartile(0.25), quartile(0.75)] };
}
