// Trains heads for a user's own classes on a frozen network: combines cuts, heads, backbone and trainer.

import { type BlobStore, InvalidDataError, memoryBlobStore } from '@ztw/core';
import type { MathKernels } from '@ztw/core/runtime';
import {
  designHeads,
  type HeadSpecification,
  headFor,
  isOpenDesign,
  type NetworkCut,
  type TrainableNetwork,
} from '@ztw/heads';
import { labelledRowData } from '../data/row-data.ts';
import { trainInternalClassifiers } from '../training/train-internal-classifiers.ts';
import type { TrainingProgress } from '../training/training-progress.ts';
import { chooseNetworkCuts } from './choose-network-cuts.ts';
import { jobCheckpoints } from './job-checkpoints.ts';
import { type NewClassesJob, type NewClassesResult, newClassesDefaults } from './new-classes-job.ts';

export interface TrainNewClassesOptions {
  /** The heavy operations: `tensorflowKernels(tf)` of `@ztw/runtime-tfjs`, or any implementation of the contract. */
  readonly kernels: MathKernels;
  /**
   * A network of `readLayersModel` or `readGraphModel` of `@ztw/runtime-tfjs`, or any implementation of the contract.
   */
  readonly network: TrainableNetwork;
  readonly job: NewClassesJob;
  /**
   * Store for checkpoints, from which the same job resumes after a kill. They are deleted when the training is done and
   * when another job begins. One training at a time. Default: none.
   */
  readonly checkpoints?: BlobStore | null;
  readonly onProgress?: (event: TrainingProgress) => void;
  readonly signal?: AbortSignal;
}

/** Rows per call of the network. A small number keeps progress and signals responsive for large images. */
const preferredBatch = 8;

/**
 * Trains an IC for new classes at each cut of a frozen network.
 * @throws InvalidDataError for rows or labels that do not match the network or the classes.
 * @throws InvalidInputError for invalid cuts, heads or recipe values.
 * @throws AbortedError once the signal fired; errors of `trainInternalClassifiers`.
 */
export async function trainNewClasses(options: TrainNewClassesOptions): Promise<NewClassesResult> {
  const { kernels, network, job, onProgress, signal } = options;
  const labels = [...job.classes];
  const newClasses = labels.length;
  if (newClasses < 2) {
    throw new InvalidDataError(`Expected the names of at least two classes; received ${newClasses}.`, {
      received: newClasses,
    });
  }
  const cuts = cutsFor(network, job);
  const heads = headsAt(cuts, network, job);
  const training = labelledRowData('training', job.training, network.inputShape);
  const heldOut = job.heldOut == null ? null : labelledRowData('held-out', job.heldOut, network.inputShape);
  const checkpoints = options.checkpoints == null ? null : await jobCheckpoints(options.checkpoints, network, job);
  const backbone = network.segment({ cuts, heads, newClasses, preferredBatch });
  try {
    const { variants, timings } = await trainInternalClassifiers({
      kernels,
      backbone,
      data: { ...training, labels: job.training.labels, copies: 1 },
      heldOut,
      variants: [{ name: 'ztw', heads }],
      recipe: { ...newClassesDefaults.recipe, ...job.recipe },
      scratch: memoryBlobStore(),
      checkpoints: checkpoints?.store ?? null,
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { signal }),
    });
    await checkpoints?.clear();
    const [trained] = variants;
    return {
      cuts,
      heads: trained?.heads ?? [],
      newClasses,
      labels,
      trainAccuracy: trained?.trainAccuracy ?? [],
      // The backbone's own classifier, which comes last, does not know these classes.
      heldOutLogits: trained?.heldOutLogits.slice(0, cuts.length) ?? [],
      timings,
    };
  } finally {
    await backbone[Symbol.asyncDispose]();
  }
}

/** The default cuts of a job: all preferred cuts of a small network. */
function cutsFor(network: TrainableNetwork, { cuts }: NewClassesJob): readonly NetworkCut[] {
  const preferred = network.cuts.filter((cut) => cut.preferred);
  const isSmall = preferred.length > 0 && preferred.length <= newClassesDefaults.cuts.fractions.length;
  return cuts === undefined && isSmall ? preferred : chooseNetworkCuts(network, cuts ?? newClassesDefaults.cuts);
}

/**
 * The requested heads, else heads that are cheap compared with the network. The network's parameters are not counted
 * here.
 */
function headsAt(
  cuts: readonly NetworkCut[],
  { backboneMacs }: TrainableNetwork,
  { heads: asked = {}, classes: { length: classes } }: NewClassesJob,
): readonly HeadSpecification[] {
  const { layerNorm, ...design } = asked;
  const places = cuts.map(({ rowShape, macs }, index) => ({
    rowShape,
    segmentMacs: macs - (cuts[index - 1]?.macs ?? 0),
    cascade: index > 0,
  }));
  const network = { macs: backboneMacs, parameters: null };
  const first = design.family === 'auto' ? 'auto' : 'pooled';
  const chosen = isOpenDesign(design) ? designHeads({ network, places, classes, first }).heads : null;
  return places.map(({ rowShape, cascade }, index) =>
    headFor(rowShape, {
      family: rowShape.length === 3 ? 'pooled' : 'auto',
      ...design,
      ...chosen?.[index]?.design,
      ...(layerNorm === undefined ? {} : { layerNorm }),
      classes,
      cascade,
    }),
  );
}
