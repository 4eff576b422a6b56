import type { Preprocessing } from '@ztw/bundle';
import type { TrainJobOptions } from '../../commands/train/job-options.ts';
import type { PruneMethod } from '../../commands/train/write-bundles.ts';
import type { JobContext } from '../../program/job-context.ts';
import type { TrainedNetwork } from '../assemble-bundle.ts';
import type { TrainerSettings } from '../train-network.ts';
import type { OpenedPruning } from './open-pruning.ts';
import { priceExits } from './price-exits.ts';
import { pruneNetwork } from './prune-network.ts';
import { weighAlternatives } from './weigh-alternatives.ts';

export interface CreatePrunerOptions extends Pick<TrainJobOptions, 'graph' | 'head' | 'ensemble'> {
  readonly opened: OpenedPruning;
  /** One, with all exits. */
  readonly networks: readonly TrainedNetwork[];
  /** The right class of each held-out row. */
  readonly targets: Int32Array;
  readonly preprocessing: Preprocessing;
  readonly trainer: TrainerSettings;
}

/**
 * Makes what drops the exits of a method that do not pay; other networks are weighed once for all methods.
 * @throws RuntimeFailureError; AbortedError once the signal has fired.
 */
export async function createPruner(options: CreatePrunerOptions, context: JobContext): Promise<PruneMethod> {
  const { opened, networks, targets, trainer, graph, head, ensemble } = options;
  const [trained] = networks;
  if (trained === undefined) throw new Error('internal: there is no network to prune');
  const { network } = trained.plan;
  const alternatives = await weighAlternatives({ opened, graph, targets, trainer }, context);
  const price = priceExits({ ...options, network });
  const onNote = (text: string): void => context.onNote(text);
  return (method) =>
    pruneNetwork(
      { pruning: opened.options, method, trained, targets, ensemble, head, price, alternatives, trainer, onNote },
      context,
    );
}
