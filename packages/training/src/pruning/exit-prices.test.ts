import type { BundleNetwork, BundleStage } from '@ztw/bundle';
import { type DeviceProfile, InvalidInputError } from '@ztw/core';
import { costsOfPrices } from '@ztw/core/evaluation';
import { describe, expect, test } from 'vitest';
import { pricesInMacs, pricesInMilliseconds, pricesOfKept } from './exit-prices.ts';

const stage = (name: string, segmentMacs: number, headMacs: number): BundleStage => ({
  name,
  model: `${name}.onnx`,
  inputs: [],
  previousLogits: null,
  outputs: [],
  logits: 'logits',
  segmentMacs,
  headMacs,
  head: null,
});
const network: BundleNetwork = {
  name: 'small',
  backboneMacs: 1000,
  batch: 'dynamic',
  stages: [stage('a', 400, 100), stage('b', 300, 50), stage('final', 300, 0)],
};
const profile: DeviceProfile = {
  format: 'ztw-device-profile',
  version: 1,
  model: 'small',
  stages: ['a', 'b', 'final'],
  batches: [
    { batchSize: 1, repeats: 3, stageMilliseconds: [6, 5, 3], wholeMilliseconds: 10 },
    { batchSize: 8, repeats: 3, stageMilliseconds: [4, 3, 3], wholeMilliseconds: 10 },
    { batchSize: 9, repeats: 3, stageMilliseconds: [4, 3, 3], wholeMilliseconds: null },
  ],
};

test('multiply-accumulates are those of the stages', () => {
  expect(pricesInMacs(network)).toEqual({ unit: 'macs', segments: [400, 300, 300], heads: [100, 50, 0], whole: 1000 });
});

describe('milliseconds', () => {
  test('what the stages take beyond the whole network is the price of the exits', () => {
    const { segments, heads, whole } = pricesInMilliseconds(network, profile, 1);
    expect(whole).toBe(10);
    // 14 - 10 = 4 ms: 1 and 0.5 ms for the heads' MACs at 100 MACs per ms, the other 2.5 ms in equal parts.
    expect(heads).toEqual([2.25, 1.75, 0]);
    expect(segments).toEqual([3.75, 3.25, 3]);
  });

  test('stages that take no longer than the whole network still compute their heads', () => {
    expect(pricesInMilliseconds(network, profile, 8).heads).toEqual([1, 0.5, 0]);
  });

  test.each([
    [{ ...profile, stages: ['a', 'c', 'final'] }, 1, /the stages a, b, final; received .* a, c, final/],
    [profile, 2, /profile \(1, 8, 9\); received 2/],
    [profile, 9, /with the time of the uncut network/],
  ])('a profile that does not fit is refused', (other, batchSize, message) => {
    expect(() => pricesInMilliseconds(network, other, batchSize)).toThrow(InvalidInputError);
    expect(() => pricesInMilliseconds(network, other, batchSize)).toThrow(message);
  });
});

test('a segment reaches from one kept exit to the next', () => {
  const prices = pricesInMacs(network);
  expect(pricesOfKept(prices, [1, 2])).toMatchObject({ segments: [700, 300], heads: [50, 0], whole: 1000 });
  expect(pricesOfKept(prices, [2])).toMatchObject({ segments: [1000], heads: [0] });
  expect(pricesOfKept(prices, [0, 1, 2])).toEqual(prices);
});

test('leaving costs all segments and heads up to there', () => {
  expect(costsOfPrices(pricesInMacs(network)).perExit).toEqual([500, 850, 1150]);
});
