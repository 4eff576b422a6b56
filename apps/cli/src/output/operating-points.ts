// The limits of operating points in tables.

import type { StoredOperatingPoint } from '@ztw/bundle';
import { policyText } from '@ztw/core';

/** Title of their column: `threshold` where all are one confidence threshold, as most bundles have them. */
export function limitTitle(points: readonly StoredOperatingPoint[]): 'threshold' | 'policy' {
  return points.every((point) => 'threshold' in point) ? 'threshold' : 'policy';
}

/** @param digits Decimals of a threshold; null for all it has. */
export function limitText(point: StoredOperatingPoint, digits: number | null): string {
  if ('policy' in point) return policyText(point.policy);
  return digits === null ? String(point.threshold) : point.threshold.toFixed(digits);
}
