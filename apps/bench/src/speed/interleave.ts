import { median } from '../median.ts';

/** One of several ways to do the same work. */
export interface Contender {
  readonly name: string;
  /** @param round Selects one of the prepared inputs. It is the same for all contenders of a round. */
  run(round: number): Promise<unknown>;
}

/** The times of one contender. */
export interface TimedContender {
  readonly name: string;
  /** One time per round. */
  readonly milliseconds: readonly number[];
}

/** The time of one contender divided by that of another in the same round. */
export interface Share {
  /** Median over the rounds. */
  readonly median: number;
  readonly quartiles: readonly [number, number];
}

/**
 * Times contenders in turns, so that a busy machine slows all of them equally. Each round begins with the next
 * contender.
 * @param warmUps Rounds before the counted ones, on the inputs of round 0.
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
