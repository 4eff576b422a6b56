// Real networks with cuts and random heads, in the form in which bundles hold them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BundleNetwork, bundleFiles } from '@ztw/bundle';
import type { EnsembleSpecification, StagedModel } from '@ztw/core';
import { denseInputs } from '@ztw/core/runtime';
import { type Head, type HeadFamily, headFor, initialiseHead, seededRandom } from '@ztw/heads';
import {
  analyseGraph,
  type Cut,
  type CutSelection,
  chooseCuts,
  compileNetwork,
  type GraphAnalysis,
  readModel,
} from '@ztw/onnx-graph';
import { createGraphProbe, loadNetwork, type OnnxRuntime, type WholeModel, wholeModel } from '../../src/index.ts';
import { readFrom } from './tiny-network.ts';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));

/** A small ResNet-20 for 28x28 grey images, part of the repository. */
export const fashionNetwork: string = join(repository, 'models/fashion-resnet20.onnx');

/** Optional networks outside the repository; none where the folder is missing. */
export function sharedNetworks(): readonly string[] {
  const folder = join(process.env.ZTW_SHARED ?? join(repository, '../shared'), 'data');
  if (!existsSync(folder)) {
    console.log(`skipped: networks in ${folder}, which does not exist (set ZTW_SHARED to its parent folder)`);
    return [];
  }
  return readdirSync(folder)
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => join(folder, name));
}

export interface CutNetwork {
  readonly name: string;
  readonly analysis: GraphAnalysis;
  readonly cuts: readonly Cut[];
  readonly network: BundleNetwork;
  readonly heads: readonly Head[];
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly whole: Uint8Array;
}

export interface CutNetworkOptions {
  /** Any runtime: it is used only to find shapes. */
  readonly ort: OnnxRuntime;
  readonly path: string;
  /** Default `auto`. */
  readonly selection?: CutSelection;
  /** Family of all heads. Default `auto`. */
  readonly family?: HeadFamily;
  /**
   * Factor on the last dense layer of every head. A larger one spreads confidences as those of trained heads. Default
   * 1.
   */
  readonly sharpness?: number;
}

export async function cutNetwork(options: CutNetworkOptions): Promise<CutNetwork> {
  const { ort, path, selection = { kind: 'auto' }, family = 'auto', sharpness = 1 } = options;
  const whole = new Uint8Array(readFileSync(path));
  const analysis = await analyseGraph(readModel(whole), createGraphProbe({ ort }));
  const cuts = chooseCuts(analysis, selection);
  const heads = cuts.map((cut, index) => {
    const shape = cut.tensors[0]!.rowShape;
    const specification = headFor(shape, { family, classes: analysis.classes, cascade: index > 0 });
    return sharpened(initialiseHead(specification, 100 + index), sharpness);
  });
  const name = basename(path, '.onnx');
  const compiled = compileNetwork({ analysis, cuts, heads, name, pathPrefix: 'stages/' });
  return { name, analysis, cuts, heads, whole, ...compiled };
}

function sharpened(head: Head, factor: number): Head {
  const last = head.specification.layers.findLast((layer) => layer.kind === 'dense');
  const parameters = Object.entries(head.parameters).map(([name, parameter]) =>
    last !== undefined && name.startsWith(`${last.name}.`)
      ? [name, { ...parameter, data: parameter.data.map((value) => factor * value) }]
      : [name, parameter],
  );
  return { ...head, parameters: Object.fromEntries(parameters) };
}

/** All files of a bundle with one cut network. */
export function bundleOf(
  { analysis, network, files }: CutNetwork,
  ensemble: EnsembleSpecification | null,
): Promise<Map<string, Uint8Array>> {
  return bundleFiles({
    manifest: {
      method: 'ztw',
      classes: analysis.classes,
      labels: null,
      inputShape: analysis.input.rowShape,
      preprocessing: null,
      networks: [network],
      ensemble,
      operatingPoints: [],
      provenance: {},
    },
    files,
  });
}

export function loadCut(ort: OnnxRuntime, cut: CutNetwork): Promise<StagedModel> {
  const { classes, input } = cut.analysis;
  return loadNetwork({
    ort,
    network: cut.network,
    readFile: readFrom(cut.files),
    classes,
    inputs: denseInputs(input.rowShape),
  });
}

export function loadWhole(ort: OnnxRuntime, cut: CutNetwork): Promise<WholeModel> {
  const { classes, input, output, batch } = cut.analysis;
  return wholeModel({
    ort,
    bytes: cut.whole,
    classes,
    inputShape: input.rowShape,
    input: input.name,
    output: output.name,
    batch,
  });
}

/**
 * Rows that vary as images do: waves of random direction, length and contrast, with a little noise.
 * @returns `[rows, ...inputShape]`
 */
export function structuredRows(inputShape: readonly number[], rows: number, seed: number): Float32Array {
  const [channels = 1, height = 1, width = 1] = inputShape;
  const random = seededRandom(seed);
  const data = new Float32Array(rows * channels * height * width);
  let position = 0;
  for (let row = 0; row < rows; row += 1) {
    const contrast = 0.2 + 1.8 * random();
    const [right, down] = [random() - 0.5, random() - 0.5];
    for (let channel = 0; channel < channels; channel += 1) {
      const phase = 6 * random();
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) {
          data[position] = contrast * Math.sin(right * x + down * y + phase) + 0.3 * (random() - 0.5);
          position += 1;
        }
      }
    }
  }
  return data;
}

/** Largest absolute difference; infinite where the lengths differ. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) {
    return Number.POSITIVE_INFINITY;
  }
  let largest = 0;
  for (let index = 0; index < actual.length; index += 1) {
    // A NaN on either side gives NaN, which is below no limit.
    largest = Math.max(largest, Math.abs(Number(actual[index]) - Number(expected[index])));
  }
  return largest;
}
