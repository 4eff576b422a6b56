// The costs of segments and heads in one unit, for judging exits.

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
 * Milliseconds, from a profile that includes the uncut network.
 *
 * A profile holds the times of whole stages, each a segment with its head. The time of all stages beyond that of the
 * uncut network is the price of all exits. It has two parts: the heads' multiply-accumulates at the speed of the
 * network, and the remaining overhead between stages, which is split equally.
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

/** A batch size of a profile that includes the uncut network. */
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
    const measured = profile.batches.map((one) => one.batchSize);
    throw new InvalidInputError(
      `Expected a batch size of the profile (${measured.join(', ')}); received ${batchSize}. Choose one of them, or measure that size too.`,
      { expected: measured, received: batchSize },
    );
  }
  const { wholeMilliseconds } = batch;
  if (wholeMilliseconds === null) {
    throw new InvalidInputError(
      'Expected a profile with the time of the uncut network, which shows what exits save; received one without it. Measure the network together with the stages.',
      { expected: 'wholeMilliseconds', received: null },
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
 * The prices after exits were dropped. A segment then reaches from one kept exit to the next.
 * @param kept Kept exits, ascending, including the last one.
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
