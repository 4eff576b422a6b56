import { isDeepStrictEqual } from 'node:util';
import { policyForBudget } from '@ztw/bundle';
import { InvalidInputError, type OperatingPoint, parseDeviceProfile } from '@ztw/core';
import { parseJson } from '@ztw/core/runtime';
import { jsonBytes, parseText } from '../make/bundle-files.ts';
import { mutateDocument } from '../make/mutate-document.ts';
import { type FuzzTarget, mustHold } from '../target.ts';

const stages = ['first', 'second', 'final'];
const profile = {
  format: 'ztw-device-profile',
  version: 1,
  model: 'network',
  device: 'a machine',
  stages,
  batches: [1, 8].map((batchSize) => ({
    batchSize,
    repeats: 30,
    stageMilliseconds: [0.5, 1.25, 2],
    wholeMilliseconds: batchSize === 1 ? null : 3.5,
  })),
};
const points: readonly OperatingPoint[] = [
  { budget: 0.5, policy: { kind: 'confidence', limit: 0.8 }, accuracy: 0.9, cost: 0.5, exitShares: [0.5, 0.25, 0.25] },
  { budget: 1, policy: { kind: 'confidence', limit: 0.95 }, accuracy: 0.92, cost: 0.9, exitShares: [0.1, 0.2, 0.7] },
];

/** Times of stages. An accepted profile reads back as it was, and chooses a policy for a budget or refuses to. */
export const profiles: FuzzTarget = {
  name: 'profiles',
  share: 130,
  async open() {
    return async (random) => {
      const bytes = mutateDocument(profile, random);
      const json = parseJson(bytes, (reason) => new InvalidInputError(reason));
      const accepted = parseDeviceProfile(json);
      const again = parseDeviceProfile(parseText(jsonBytes(accepted)));
      mustHold(isDeepStrictEqual(again, accepted), () => 'the profile reads back as another one');
      const budget = { milliseconds: random.next() * 4, profile: accepted, batchSize: random.pick([1, 8]) };
      policyForBudget(points, budget, stages);
      return 'accepted';
    };
  },
};
