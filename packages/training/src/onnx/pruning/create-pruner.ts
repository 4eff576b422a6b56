import type { BundleRuntimes } from '@ztw/onnx-graph';
import type { EnsembleChoice } from '../../bundle/assemble-bundle.ts';
import type { BundleMethod } from '../../plan/method.ts';
import type { PruningUnit } from '../../pruning/pruning-unit.ts';
import type { HeldOutData } from '../../training/train-options.ts';
import type { Watch } from '../bundle-event.ts';
import type { MeasureBundle } from '../measure-bundle.ts';
import type { OnnxBackend } from '../onnx-backend.ts';
import type { OnnxNetwork } from '../onnx-network.ts';
import type { StageTimes } from '../stage-times.ts';
import type { TrainedNetwork } from '../train-chain.ts';
import type { TrainNetwork } from '../train-network.ts';
import { exitPricer } from './price-exits.ts';
import { type PrunedNetwork, pruneNetwork } from './prune-network.ts';
import { weighAlternatives } from './weigh-alternatives.ts';

/** How exits are judged. Exits may cost more than they save. */
export interface PruningOptions {
  readonly unit: PruningUnit;
  /**
   * Accepted loss of accuracy against the full network, 0 to 1; null for the loss within the held-out rows' standard
   * error.
   */
  readonly tolerance: number | null;
  /** Other networks that could replace this one on every row. */
  readonly alternatives: readonly OnnxNetwork[];
}

export interface CreatePrunerOptions {
  readonly pruning: PruningOptions;
  /** One network, with all exits. */
  readonly networks: readonly TrainedNetwork[];
  readonly heldOut: HeldOutData;
  /** The correct class of each held-out row. */
  readonly targets: Int32Array;
  readonly ensemble: EnsembleChoice;
  readonly runtimes: BundleRuntimes;
  readonly times: StageTimes;
  readonly train: TrainNetwork;
  readonly measure: MeasureBundle;
  readonly onnx: Pick<OnnxBackend, 'whole'>;
  readonly watch: Watch;
}

/** Drops exits of a method that do not pay. */
export type PruneMethod = (method: BundleMethod) => Promise<PrunedNetwork>;

/**
 * Makes the function that drops exits of a method that do not pay. Other networks are evaluated once for all methods.
 * @throws RuntimeFailureError; AbortedError once the signal has fired.
 */
export async function createPruner(options: CreatePrunerOptions): Promise<PruneMethod> {
  const { pruning, networks, heldOut, targets, ensemble, runtimes, times, train, measure, onnx, watch } = options;
  const { unit, tolerance } = pruning;
  const [trained] = networks;
  if (trained === undefined) throw new Error('internal: no network to prune');
  const alternatives = await weighAlternatives({
    alternatives: pruning.alternatives,
    unit,
    batchSize: times.batchSize,
    heldOut,
    targets,
    train,
    onnx,
    signal: watch.signal,
  });
  const price = exitPricer({ unit, times, measure });
  return (method) =>
    pruneNetwork({ method, trained, unit, tolerance, targets, ensemble, runtimes, price, alternatives, train, watch });
}
