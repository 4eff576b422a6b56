// From the parts of a bundle to its files: thresholds chosen on the held-out rows, the manifest written.

import { bundleFiles, type Preprocessing } from '@ztw/bundle';
import { InvalidInputError, type OperatingPoint } from '@ztw/core';
import { calibrate, calibrateTimes, exitAccuracies } from '@ztw/core/evaluation';
import type { AssembledBundle } from './assemble-bundle.ts';

export interface PackBundleOptions {
  /** Fractions of the last network's cost. */
  readonly budgets: readonly number[];
  readonly labels: readonly string[] | null;
  /** How images become the input; null where nobody says. */
  readonly preprocessing: Preprocessing | null;
  readonly provenance: Readonly<Record<string, unknown>>;
  /** Budgets in milliseconds, with what leaving at each exit takes; null for none. */
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
  /** Cost of leaving here as a share of the last network without ICs. */
  readonly share: number;
  /** On the calibration rows, were it asked alone; with an ensemble, of the combined prediction. */
  readonly accuracy: number;
}

/** @throws InvalidInputError when the parts do not make a valid bundle. */
export async function packBundle(assembled: AssembledBundle, options: PackBundleOptions): Promise<PackedBundle> {
  const { method, classes, inputShape, networks, ensemble, predictions, heads } = assembled;
  const { labels, preprocessing, provenance } = options;
  const backboneMacs = networks.at(-1)?.backboneMacs;
  if (backboneMacs === undefined) throw new InvalidInputError('A bundle needs at least one network.');
  const { budgets, times } = options;
  const inMacs = calibrate({ predictions, budgets, backboneMacs });
  const inTime = times === null ? [] : calibrateTimes({ predictions, ...times, backboneMacs });
  const operatingPoints = [...inMacs, ...withNewThresholds(inTime, inMacs)].toSorted(
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
    heads,
  });
  return { files, exits: describeExits(assembled, backboneMacs), operatingPoints };
}

/** Points whose threshold no other point has already. */
function withNewThresholds(
  points: readonly OperatingPoint[],
  others: readonly OperatingPoint[],
): readonly OperatingPoint[] {
  return points.filter(
    ({ threshold }, index) => ![...others, ...points.slice(0, index)].some((other) => other.threshold === threshold),
  );
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
