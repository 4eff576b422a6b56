import { expect, test } from 'vitest';
import { InvalidInputError } from '../errors/errors.ts';
import { parseDeviceProfile } from './parse-device-profile.ts';

const profile = {
  format: 'ztw-device-profile',
  version: 1,
  model: 'small',
  device: 'here',
  stages: ['first', 'final'],
  batches: [{ batchSize: 1, repeats: 3, stageMilliseconds: [2, 4], wholeMilliseconds: null }],
};

test('gives back what was written', () => {
  expect(parseDeviceProfile(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
});

test.each([
  [null, /the top level/],
  [{ ...profile, format: 'other' }, /format/],
  [{ ...profile, version: 2 }, /version/],
  [{ ...profile, stages: ['first'] }, /one time per stage/],
  [{ ...profile, batches: [] }, /batches/],
])('refuses %j', (json, message) => {
  expect(() => parseDeviceProfile(json)).toThrow(InvalidInputError);
  expect(() => parseDeviceProfile(json)).toThrow(message);
});
