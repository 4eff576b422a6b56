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
  /** Median over the rounds. */
  readonly milliseconds: number;
  /** Median over the rounds of this contender's time as a share of the first one's in the same round. */
  readonly ratio: number;
  /** Quartiles of those shares. */
  readonly ratioSpread: readonly [number, number];
}

/**
 * Times contenders in turns, so that a busy machine slows all of them alike. Each round begins with another one.
 * @param contenders The first is the yardstick.
 * @param now The clock, in milliseconds.
 */
export async function interleave(
  contenders: readonly Contender[],
  rounds: number,
  now: () => number = () => performance.now(),
): Promise<readonly TimedContender[]> {
  const warmUps = Math.min(3, rounds);
  const times = contenders.map((): number[] => []);
  for (let round = -warmUps; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (Math.max(0, round) + turn) % contenders.length;
      const start = now();
      await (contenders[index] as Contender).run(Math.max(0, round));
      if (round >= 0) (times[index] as number[]).push(now() - start);
    }
  }
  return contenders.map(({ name }, index) => {
    const own = times[index] as number[];
    const ratios = own.map((time, round) => time / (times[0]?.[round] ?? Number.NaN)).sort((a, b) => a - b);
    const quartile = (share: number): number => ratios[Math.round(share * (ratios.length - 1))] ?? Number.NaN;
    return {
      name,
      milliseconds: median(own),
      ratio: median(ratios),
      ratioSpread: [quartile(0.25), quartile(0.75)],
    };
  });
}
