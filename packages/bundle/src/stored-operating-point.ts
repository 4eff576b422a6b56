// How operating points are written. Readers of the first release know one field, `threshold`, and refuse others; so a
// confidence threshold is still written that way, and every other policy as `policy`, which those readers refuse by
// name.

import {
  type OperatingPoint,
  type PolicySpecification,
  parsePolicySpecification,
  policyKinds,
  ZtwError,
} from '@ztw/core';
import { singleLimit } from '@ztw/core/runtime';
import * as v from 'valibot';

interface PointFacts extends Omit<OperatingPoint, 'policy'> {}

/** An operating point as JSON: `threshold` where it is one confidence threshold for all exits, else `policy`. */
export type StoredOperatingPoint =
  | (PointFacts & { readonly threshold: number })
  | (PointFacts & { readonly policy: PolicySpecification });

/** For manifests and for whatever else tells people and programs the operating points of a bundle. */
export function storedOperatingPoint({ policy, budget, ...facts }: OperatingPoint): StoredOperatingPoint {
  const threshold = plainThreshold(policy);
  return { budget, ...(threshold === null ? { policy } : { threshold }), ...facts };
}

/** The threshold of a policy that is one confidence threshold for all exits, compared by `>`; null for any other. */
function plainThreshold(policy: PolicySpecification): number | null {
  const single = singleLimit(policy);
  const isPlain = single?.kind === policyKinds.confidence && single.comparison === '>';
  return isPlain ? single.limit : null;
}

const finite = v.pipe(v.number(), v.finite());
const share = v.pipe(finite, v.minValue(0), v.maxValue(1));

const policy = v.pipe(
  v.unknown(),
  v.rawTransform(({ dataset, addIssue, NEVER }): PolicySpecification => {
    try {
      return parsePolicySpecification(dataset.value);
    } catch (error) {
      if (!ZtwError.isInstance(error)) throw error;
      addIssue({ message: error.message.replace(/\.$/, '') });
      return NEVER;
    }
  }),
);

const facts = {
  budget: v.pipe(finite, v.gtValue(0)),
  accuracy: share,
  cost: v.pipe(finite, v.minValue(0)),
  exitShares: v.exactOptional(v.array(share)),
};

const thresholdPoint = v.pipe(
  v.strictObject({ ...facts, threshold: finite }),
  v.transform(({ threshold, ...point }) => ({
    ...point,
    policy: { kind: policyKinds.confidence.kind, limit: threshold },
  })),
);

/** Reads either form. */
export const operatingPointSchema: v.GenericSchema<unknown, OperatingPoint> = v.lazy((json) =>
  typeof json === 'object' && json !== null && 'policy' in json ? v.strictObject({ ...facts, policy }) : thresholdPoint,
);
