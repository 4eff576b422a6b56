// What segments and heads cost, in one unit, as the judgement of exits wants it.

import type { BundleNetwork } from '@ztw/bundle';
import { type DeviceProfile, InvalidInputError, type ProfiledBatch } from '@ztw/core';
import { checkProfiledStages, type ExitPrices } from '@ztw/core/evaluation';

/** Multiply-accumulates. */
export function pricesInMacs({ stages, backboneMacs }: BundleNetwork): ExitPrices {
  return {
    unit: 'macs',
    segments: stages.map((stage) => stage.segmentMacs),
    heads: stages.map((stage) => stage.headMacs),
    whole: backboneMacs,
  };
}

/**
 * Milliseconds, by a profile that was measured beside the uncut network.
 *
 * A profile times whole stages, a head and its segment together. What all stages take beyond the uncut network is the price of
 * all exits: the heads' multiply-accumulates at the pace of the network, and the rest, which is the handing over between stages,
 * in equal parts.
 * @throws InvalidInputError for a profile of other stages, without the uncut network, or without the batch size.
 */
export function pricesInMilliseconds(network: BundleNetwork, profile: DeviceProfile, batchSize: number): ExitPrices {
  const names = network.stages.map((stage) => stage.name);
  checkProfiledStages(profile, names);
  const { stageMilliseconds, wholeMilliseconds: whole } = yardstickBatch(profile, batchSize);
  const heads = headMilliseconds(network, stageMilliseconds, whole);
  return {
    unit: 'milliseconds',
    segments: stageMilliseconds.map((stage, exit) => Math.max(0, stage - (heads[exit] as number))),
    heads,
    whole,
  };
}

/** A batch size of a profile, the uncut network measured too. */
interface YardstickBatch extends ProfiledBatch {
  readonly wholeMilliseconds: number;
}

/**
 * The times of a batch size.
 * @throws InvalidInputError for a profile without the uncut network, or without the batch size.
 */
export function yardstickBatch(profile: DeviceProfile, batchSize: number): YardstickBatch {
  const batch = profile.batches.find((measured) => measured.batchSize === batchSize);
  if (batch === undefined) {
    throw new InvalidInputError(
      `The profile holds batches of ${profile.batches.map((measured) => measured.batchSize).join(', ')}; received ${batchSize}. Choose one of them with --profile-batch, or measure that size too.`,
    );
  }
  const { wholeMilliseconds } = batch;
  if (wholeMilliseconds === null) {
    throw new InvalidInputError(
      'The profile does not say how long the uncut network takes, so nothing says what exits save. Measure it too: ztw bench BUNDLE --network NETWORK --profile FILE.',
    );
  }
  return { ...batch, wholeMilliseconds };
}

function headMilliseconds(
  { stages, backboneMacs }: BundleNetwork,
  stageMilliseconds: readonly number[],
  whole: number,
): readonly number[] {
  const staged = stageMilliseconds.reduce((sum, stage) => sum + stage, 0);
  const computing = stages.map((stage) => (stage.headMacs / backboneMacs) * whole);
  const rest = staged - whole - computing.reduce((sum, head) => sum + head, 0);
  const exits = stages.length - 1;
  return computing.map((head, exit) => (exit === exits ? 0 : head + Math.max(0, rest) / exits));
}

/**
 * The prices after exits were dropped: a segment then reaches from one kept exit to the next.
 * @param kept Exits that stay, ascending, the last one among them.
 */
export function pricesOfKept(prices: ExitPrices, kept: readonly number[]): ExitPrices {
  return {
    ...prices,
    segments: kept.map((exit, position) =>
      prices.segments.slice((kept[position - 1] ?? -1) + 1, exit + 1).reduce((sum, segment) => sum + segment, 0),
    ),
    heads: kept.map((exit) => prices.heads[exit] as number),
  };
}
