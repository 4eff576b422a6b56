import * as v from 'valibot';
import { InvalidInputError } from '../errors/errors.ts';
import type { DeviceProfile } from './device-profile.ts';

const milliseconds = v.pipe(v.number(), v.finite(), v.minValue(0));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

const schema = v.pipe(
  v.strictObject({
    format: v.literal('ztw-device-profile'),
    version: v.literal(1),
    model: v.string(),
    device: v.exactOptional(v.string()),
    stages: v.pipe(v.array(v.string()), v.minLength(1)),
    batches: v.pipe(
      v.array(
        v.strictObject({
          batchSize: count,
          repeats: count,
          stageMilliseconds: v.array(milliseconds),
          wholeMilliseconds: v.nullable(milliseconds),
        }),
      ),
      v.minLength(1),
    ),
  }),
  v.check(
    ({ stages, batches }) => batches.every((batch) => batch.stageMilliseconds.length === stages.length),
    'Expected one time per stage in every batch',
  ),
);

/**
 * Reads a device profile from parsed JSON.
 * @throws InvalidInputError that names the problem.
 */
export function parseDeviceProfile(json: unknown): DeviceProfile {
  const result = v.safeParse(schema, json, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new InvalidInputError(
    `Expected a device profile of version 1; received another value at ${v.getDotPath(issue) ?? 'the top level'}: ${issue.message}. Make a profile: ztw bench BUNDLE.`,
    { path: v.getDotPath(issue) ?? '' },
  );
}
