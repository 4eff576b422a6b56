import { InvalidInputError } from '@ztw/core';
import type { BundleRuntimes } from '@ztw/onnx-graph';
import { type AssembledBundle, assembleBundle, type EnsembleChoice } from '../bundle/assemble-bundle.ts';
import { methodResult } from '../bundle/network-result.ts';
import type { BundleMethod } from '../plan/method.ts';
import { compileStages } from './compile-stages.ts';
import type { TrainedNetwork } from './train-chain.ts';

export interface AssembleNetworksOptions {
  readonly method: BundleMethod;
  /** The networks of the chain, in order. */
  readonly networks: readonly TrainedNetwork[];
  /** The correct class of each held-out row. */
  readonly targets: Int32Array;
  readonly ensemble: EnsembleChoice;
  readonly runtimes: BundleRuntimes;
  /** Receives the operator that TensorFlow.js lacks. */
  onMissing(reason: string): void;
}

/**
 * Compiles trained networks and assembles the bundle of one method.
 * @throws InvalidInputError when the parts do not match.
 */
export function assembleNetworks(options: AssembleNetworksOptions): AssembledBundle {
  const { method, networks, targets, ensemble, runtimes, onMissing } = options;
  const last = networks.at(-1);
  if (last === undefined)
    throw new InvalidInputError('Expected at least one network for a bundle; received none.', { received: 0 });
  const { classes, input } = last.plan.network.analysis;
  const parts = networks.map(({ plan: { network, cuts }, result }, index) => {
    const variant = methodResult(result, method);
    const { analysis, name } = network;
    const { heads } = variant;
    return {
      ...compileStages({ analysis, cuts, heads, name, pathPrefix: `networks/${index}/`, runtimes }, onMissing),
      variant,
    };
  });
  return assembleBundle({ method, parts, classes, inputShape: input.rowShape, targets, ensemble });
}
