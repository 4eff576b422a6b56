import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BundleNetwork, type BundleStage, manifestInputs, openBundle, wholeStageModel } from '@ztw/bundle';
import { singleLimit } from '@ztw/core/runtime';
import { emitStageProgram } from '@ztw/onnx-graph';
import { openData, toInput } from '../../../cli/src/data/index.ts';
import type { AgreementJob } from './agreement-job.ts';

export interface ReadJob {
  readonly job: AgreementJob;
  /** The network's files by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** `[rows, ...rowShape of the dense input]`, rows spread evenly over the data set. */
  readonly data: Float32Array;
}

/**
 * Reads a bundle of one network, and test rows for it. Where a stage has no program, programs are made of the ONNX
 * files.
 * @param budget Budget of the operating point whose threshold is used.
 */
export async function readJob(folder: string, images: string, rows: number, budget: number): Promise<ReadJob> {
  const bundle = await openBundle(async (path) => new Uint8Array(await readFile(join(folder, path))));
  const { classes, ensemble, networks, operatingPoints, preprocessing } = bundle.manifest;
  const [network] = networks;
  const point = operatingPoints.find((candidate) => candidate.budget === budget);
  const threshold = point && singleLimit(point.policy)?.limit;
  if (network === undefined || networks.length > 1 || threshold === undefined || preprocessing === null) {
    throw new Error(
      `Expected a bundle of one network with preprocessing and an operating point for ${budget}; received ${folder}.`,
    );
  }
  const files = new Map<string, Uint8Array>();
  const stages: BundleStage[] = [];
  // The programs of all stages agree on the order of axes between them, so either all of them are made here or none.
  const isMade = network.stages.some((stage) => stage.program === undefined);
  let inputOrders: readonly (readonly number[])[] = [];
  for (const stage of network.stages) {
    for (const path of pathsOf(stage)) files.set(path, await bundle.file(path));
    if (!isMade) {
      stages.push(stage);
      continue;
    }
    const program = { steps: `${stage.model}.program.json`, weights: `${stage.model}.program.safetensors` };
    const made = emitStageProgram(wholeStageModel(stage, files), { inputOrders });
    inputOrders = made.outputOrders;
    files.set(program.steps, made.steps).set(program.weights, made.weights);
    stages.push({ ...stage, program });
  }
  const opened = await openData(images, {
    ...preprocessing,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  // Rows are spread evenly, because archives hold one class after the other.
  const chosen = Int32Array.from({ length: rows }, (_, row) => Math.floor((row * opened.rows) / rows));
  // A shuffle by a fixed stride, so that the first rows hold all classes too.
  const order = Int32Array.from(chosen, (_, row) => chosen[(row * 777) % rows] as number);
  const data = toInput(await opened.pixels(order), rows, preprocessing);
  const staged: BundleNetwork = { ...network, stages };
  return {
    job: { network: staged, classes, inputs: manifestInputs(bundle.manifest), ensemble, threshold },
    files,
    data,
  };
}

function pathsOf({ model, weights = [], program }: BundleStage): readonly string[] {
  return [model, ...weights, program?.steps, program?.weights].filter((path) => path !== undefined);
}
