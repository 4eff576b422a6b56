// Files model.json that were changed at random. As in `ztw convert`, each is checked, loaded by TensorFlow.js, and
// written as a program and as ONNX. Each one soon ends in an error of this project or in a model. `ZTW_FUZZ_COUNT` is
// their number per kind.

import { loadGraphModelSync } from '@tensorflow/tfjs-converter';
import type { io } from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { ZtwError } from '@ztw/core';
import { seededRandom } from '@ztw/heads';
import { programToOnnx } from '@ztw/onnx-graph';
import { expect, test } from 'vitest';
import { allLayersModels } from '../../src/__fixtures__/all-layers.ts';
import { tensorflowOn } from '../../src/__fixtures__/backends.ts';
import { smallGraphModel, smallLayersModel } from '../../src/__fixtures__/tensorflow-networks.ts';
import { checkModelJson, graphModelProgram, layersModelProgram } from '../../src/index.ts';
import { mutateJson } from '../support/mutate-json.ts';
import { type SavedNetwork, savedNetwork } from '../support/saved-network.ts';

const count = Number(process.env.ZTW_FUZZ_COUNT ?? 200);
const tf = await tensorflowOn('cpu');

type Outcome = 'refused' | 'refused by TensorFlow.js' | 'converted' | 'untyped' | 'slow';

/** As `ztw convert` does it. Only errors of TensorFlow.js while it loads may be of any kind. */
async function convert(json: unknown, weightData: ArrayBuffer): Promise<Outcome> {
  const { kind } = checkModelJson(json);
  const { modelTopology, weightsManifest } = json as {
    readonly modelTopology: object;
    readonly weightsManifest: readonly { readonly weights: io.WeightsManifestEntry[] }[];
  };
  const artifacts: io.ModelArtifacts = {
    modelTopology,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData,
  };
  const load = async () =>
    kind === 'graph-model'
      ? loadGraphModelSync(artifacts)
      : await layers.loadLayersModel({ load: async () => artifacts });
  const model = await load().catch(() => null);
  if (model === null) return 'refused by TensorFlow.js';
  try {
    const { program, weights } =
      'layers' in model ? await layersModelProgram(model) : await graphModelProgram({ tf, model });
    programToOnnx(program, weights);
    return 'converted';
  } finally {
    model.dispose();
  }
}

const networks: readonly (readonly [string, () => Promise<readonly SavedNetwork[]>])[] = [
  [
    'LayersModels',
    () =>
      Promise.all(
        [smallLayersModel(), allLayersModels.nested(), allLayersModels.rows()].map((model) => savedNetwork(model)),
      ),
  ],
  ['GraphModels', async () => [await savedNetwork(smallGraphModel())]],
];

test.each(networks)('%s', { timeout: 60_000 + 200 * count }, async (_name, open) => {
  const saved = await open();
  for (const { json, weightData } of saved) expect(await convert(json, weightData)).toBe('converted');
  const random = seededRandom(5);
  const found: Partial<Record<Outcome, number>> = {};
  const wrong: string[] = [];
  for (let index = 0; index < count; index++) {
    const { json, weightData } = saved[index % saved.length]!;
    const mutant = mutateJson(json, random, 1 + Math.floor(random() * 2));
    const start = performance.now();
    let outcome: Outcome;
    try {
      outcome = await convert(mutant, weightData);
    } catch (error) {
      outcome = ZtwError.isInstance(error) ? 'refused' : 'untyped';
      if (outcome === 'untyped') wrong.push(`${index}: ${(error as Error).stack?.split('\n').slice(0, 4).join(' ')}`);
    }
    if (performance.now() - start > 20_000) {
      outcome = 'slow';
      wrong.push(`${index}: slow`);
    }
    found[outcome] = (found[outcome] ?? 0) + 1;
  }
  if (process.env.ZTW_FUZZ_COUNT !== undefined) console.info(found);
  expect(wrong).toEqual([]);
  expect(found.refused ?? 0).toBeGreaterThan(0);
  expect(found.converted ?? 0).toBeGreaterThan(0);
});
