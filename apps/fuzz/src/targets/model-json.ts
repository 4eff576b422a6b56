import { loadGraphModelSync } from '@tensorflow/tfjs-converter';
import type { io } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { InvalidModelError } from '@ztw/core';
import { parseJson } from '@ztw/core/runtime';
import { programToOnnx } from '@ztw/onnx-graph';
import { checkModelJson, graphModelProgram, layersModelProgram } from '@ztw/runtime-tfjs';
import { allLayersModels } from '../../../../packages/runtime-tfjs/src/__fixtures__/all-layers.ts';
import {
  smallGraphModel,
  smallLayersModel,
} from '../../../../packages/runtime-tfjs/src/__fixtures__/tensorflow-networks.ts';
import { type SavedNetwork, savedNetwork } from '../../../../packages/runtime-tfjs/test/support/saved-network.ts';
import { mutateDocument } from '../make/mutate-document.ts';
import type { Random } from '../random.ts';
import type { FuzzTarget } from '../target.ts';
import { tensorflowOn } from './tensorflow-on.ts';

/** `model.json` of LayersModels: checked, loaded by TensorFlow.js, written as a program and as ONNX. */
export const layersModels: FuzzTarget = {
  name: 'model.json, LayersModel',
  share: 20,
  async open() {
    await tensorflowOn('cpu');
    const models = [smallLayersModel(), allLayersModels.nested(), allLayersModels.rows()];
    const saved = await Promise.all(models.map(savedNetwork));
    return (random) => convert(random.pick(saved), random);
  },
};

/** The same for GraphModels. */
export const graphModels: FuzzTarget = {
  name: 'model.json, GraphModel',
  share: 25,
  async open() {
    await tensorflowOn('cpu');
    const saved = await savedNetwork(smallGraphModel());
    return (random) => convert(saved, random);
  },
};

async function convert({ json: good, weightData }: SavedNetwork, random: Random): Promise<'accepted' | 'typed'> {
  const tf = await tensorflowOn('cpu');
  const json = parseJson(mutateDocument(good, random), (reason) => new InvalidModelError(reason));
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
  // What TensorFlow.js itself refuses, `ztw convert` wraps; the target of the whole command covers that.
  const load = async () =>
    kind === 'graph-model' ? loadGraphModelSync(artifacts) : await loadLayersModel({ load: async () => artifacts });
  const model = await load().catch(() => null);
  if (model === null) return 'typed';
  try {
    const { program, weights } =
      'layers' in model ? await layersModelProgram(model) : await graphModelProgram({ tf, model });
    programToOnnx(program, weights);
    return 'accepted';
  } finally {
    model.dispose();
  }
}
