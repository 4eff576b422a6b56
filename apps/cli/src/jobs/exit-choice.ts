// When rows may leave, as a person asks for it, and as the core wants it.

import { confidenceThreshold, type ExitPolicy, never, patience } from '@ztw/core';
import type { LoadedBundle } from '@ztw/runtime-onnx';

/** One way to say when rows leave. */
export type ExitChoice =
  | { readonly kind: 'budget'; readonly budget: number }
  | { readonly kind: 'threshold'; readonly threshold: number }
  | { readonly kind: 'patience'; readonly patience: number }
  | { readonly kind: 'never' };

/**
 * The policy for a choice. A budget takes the threshold that was calibrated for it, or for the largest calibrated budget below it.
 * @throws InvalidInputError for a budget below all calibrated ones.
 */
export function exitPolicy(choice: ExitChoice, bundle: Pick<LoadedBundle, 'policyFor'>): ExitPolicy {
  switch (choice.kind) {
    case 'budget':
      return bundle.policyFor(choice.budget);
    case 'threshold':
      return confidenceThreshold(choice.threshold);
    case 'patience':
      return patience(choice.patience);
    case 'never':
      return never();
  }
}
