// The limits of operating points in tables.

import type { StoredOperatingPoint } from '@ztw/bundle';
import { policyText } from '@ztw/core';

/** Title of their column: `threshold` if all are single confidence thresholds, as in most bundles. */
export function limitTitle(points: readonly StoredOperatingPoint[]): 'threshold' | 'policy' {
  return points.every((point) => 'threshold' in point) ? 'threshold' : 'policy';
}

/** @param digits Decimals of a threshold; null for all. */
export function limitText(point: StoredOperatingPoint, digits: number | null): string {
  if ('policy' in point) return policyText(point.policy);
  return digits === null ? String(point.threshold) : point.threshold.toFixed(digits);
}
