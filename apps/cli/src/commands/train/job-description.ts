// Everything that determines the result of a training job, as plain data. It identifies an interrupted job, and it is
// the provenance in the bundle.

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Preprocessing } from '@ztw/bundle';
import type { NetworkPlan } from '@ztw/training/onnx';
import packageJson from '../../../package.json' with { type: 'json' };
import type { LabelledData } from '../../data/index.ts';
import { dataFingerprint } from '../../images/data-fingerprint.ts';
import type { LoadedRuntime } from '../../runtime/onnx-runtime.ts';
import type { TrainJobOptions } from './job-options.ts';
import type { TrainingImages } from './training-images.ts';
import type { JobDescription } from './work-folder.ts';

export interface DescribedJob {
  readonly recipe: TrainJobOptions['recipe'];
  readonly data: Pick<TrainJobOptions['data'], 'augmentation' | 'useLabels'>;
  readonly plans: readonly NetworkPlan[];
  readonly images: TrainingImages;
  readonly preprocessing: Preprocessing;
  readonly runtime: LoadedRuntime;
}

/**
 * Everything that the trained weights depend on. The ensemble and the budgets are chosen afterwards, so they may
 * change.
 */
export async function describeJob(job: DescribedJob): Promise<JobDescription> {
  const { recipe, data, plans, images, preprocessing, runtime } = job;
  return {
    networks: plans.map(({ network, cuts, variants }) => ({
      name: network.name,
      sha256: network.sha256,
      cuts: cuts.map((cut) => cut.name),
      methods: variants.map((variant) => variant.method),
      heads: createHash('sha256').update(JSON.stringify(variants)).digest('hex'),
    })),
    trainingData: images.training === null ? null : await describeData(images.training),
    calibrationData: await describeData(images.heldOut),
    preprocessing,
    augmentation: data.augmentation,
    useLabels: data.useLabels,
    recipe,
    runtime: runtime.name,
    versions: { ztw: packageJson.version, node: process.version },
  };
}

async function describeData(data: LabelledData): Promise<Readonly<Record<string, unknown>>> {
  // The name without its folder: the same data give the same bundle wherever they are.
  return { name: basename(data.name), rows: data.rows, fingerprint: await dataFingerprint(data) };
}
