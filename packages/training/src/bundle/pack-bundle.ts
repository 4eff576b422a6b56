// From the parts of a bundle to its files: chooses operating points on the held-out rows and writes the manifest.

import { bundleFiles, type Preprocessing } from '@ztw/bundle';
import { InvalidInputError, type OperatingPoint, type PolicyKind, policyText } from '@ztw/core';
import { calibrate, calibrateTimes, costsInMacs, type ExitCosts, exitAccuracies } from '@ztw/core/evaluation';
import type { AssembledBundle } from './assemble-bundle.ts';

export interface PackBundleOptions {
  /** Fractions of the last network's cost. */
  readonly budgets: readonly number[];
  /** The policy that operating points set a limit for. */
  readonly policy: PolicyKind;
  readonly labels: readonly string[] | null;
  /** How images become the input; null where unknown. */
  readonly preprocessing: Preprocessing | null;
  readonly provenance: Readonly<Record<string, unknown>>;
  /** Budgets in milliseconds, with the time to each exit; null for none. */
  readonly times: {
    readonly exitMilliseconds: readonly number[];
    readonly budgets: readonly number[];
  } | null;
}

export interface PackedBundle {
  /** Every file of the bundle by its path, the manifest last. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** One per exit. */
  readonly exits: readonly MadeExit[];
  readonly operatingPoints: readonly OperatingPoint[];
}

export interface MadeExit {
  readonly network: string;
  /** The cut's tensor, or `final`. */
  readonly name: string;
  /** Cost up to this exit as a share of the last network without ICs. */
  readonly share: number;
  /** On the calibration rows, if every row took this exit; with an ensemble, of the combined prediction. */
  readonly accuracy: number;
}

/** @throws InvalidInputError when the parts do not make a valid bundle. */
export async function packBundle(assembled: AssembledBundle, options: PackBundleOptions): Promise<PackedBundle> {
  const { method, classes, inputShape, networks, ensemble, predictions } = assembled;
  const { labels, preprocessing, provenance } = options;
  const backboneMacs = networks.at(-1)?.backboneMacs;
  if (backboneMacs === undefined)
    throw new InvalidInputError('Expected at least one network for a bundle; received none.', { received: 0 });
  const { budgets, policy, times } = options;
  const costs = costsInMacs(predictions, backboneMacs);
  const inMacs = calibrate({ predictions, policy, budgets, costs });
  const inTime =
    times === null
      ? []
      : calibrateTimes({ predictions, policy, budgets: times.budgets, costs, times: inMilliseconds(times) });
  const operatingPoints = [...inMacs, ...withNewPolicies(inTime, inMacs)].toSorted(
    (left, right) => left.budget - right.budget,
  );
  const files = await bundleFiles({
    manifest: {
      method,
      classes,
      labels,
      inputShape,
      preprocessing,
      networks,
      ensemble,
      operatingPoints,
      provenance,
    },
    files: assembled.files,
  });
  return { files, exits: describeExits(assembled, backboneMacs), operatingPoints };
}

function inMilliseconds({ exitMilliseconds }: NonNullable<PackBundleOptions['times']>): ExitCosts {
  return { unit: 'milliseconds', perExit: exitMilliseconds, whole: null };
}

/** Points without those that repeat the policy of an earlier point. */
function withNewPolicies(
  points: readonly OperatingPoint[],
  others: readonly OperatingPoint[],
): readonly OperatingPoint[] {
  const isSame = (one: OperatingPoint, other: OperatingPoint): boolean =>
    policyText(one.policy) === policyText(other.policy);
  return points.filter((point, index) => ![...others, ...points.slice(0, index)].some((other) => isSame(point, other)));
}

function describeExits({ networks, predictions }: AssembledBundle, backboneMacs: number): readonly MadeExit[] {
  const accuracies = exitAccuracies(predictions);
  const names = networks.flatMap((network) =>
    network.stages.map((stage) => ({ network: network.name, name: stage.name })),
  );
  return names.map((name, exit) => ({
    ...name,
    share: (predictions.exitMacs[exit] ?? 0) / backboneMacs,
    accuracy: accuracies[exit] ?? 0,
  }));
}
