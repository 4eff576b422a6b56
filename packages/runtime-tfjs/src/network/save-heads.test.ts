import { InvalidBundleError, InvalidInputError, InvalidModelError, runAllExits, type StagedModel } from '@ztw/core';
import { type Head, initialiseHead, type NetworkHeads, pooledHead } from '@ztw/heads';
import { describe, expect, test } from 'vitest';
import { trainNewClasses } from '../../../training/src/personalise/train-new-classes.ts';
import { tensorflowOn } from '../__fixtures__/backends.ts';
import { stripeClasses, stripedImages } from '../__fixtures__/striped-images.ts';
import { smallGraphModel, smallLayersModel } from '../__fixtures__/tensorflow-networks.ts';
import { readGraphModel } from '../graph-model/read-graph-model.ts';
import { tensorflowKernels } from '../kernels/tensorflow-kernels.ts';
import { readLayersModel } from '../layers-model/read-layers-model.ts';
import { loadHeads } from './load-heads.ts';
import { saveHeads } from './save-heads.ts';
import { stageNetwork } from './stage-network.ts';

const tf = await tensorflowOn('wasm');
const layersNetwork = readLayersModel({ tf, model: smallLayersModel() });
const graphNetwork = readGraphModel({ tf, model: smallGraphModel(), name: 'graph' });

async function logitsOf(model: StagedModel, side: number): Promise<readonly Float32Array[]> {
  const exits = await runAllExits(model, { data: stripedImages(6, side, 5).rows, rows: 6 });
  await model[Symbol.asyncDispose]();
  return exits;
}

describe.each([
  { kind: 'LayersModel', network: layersNetwork, side: 12 },
  { kind: 'GraphModel', network: graphNetwork, side: 10 },
])('heads of a $kind', ({ network, side }) => {
  test('trained for new classes, give the same answers after saving and loading', async () => {
    const trained = await trainNewClasses({
      kernels: tensorflowKernels(tf),
      network,
      job: { classes: stripeClasses, training: stripedImages(12, side, 1), recipe: { epochs: 2 } },
    });
    const loaded = loadHeads(network, saveHeads(network, trained));
    const { cuts, heads, newClasses, labels } = trained;
    expect(loaded).toEqual({ cuts, heads, newClasses, labels });
    const before = await logitsOf(stageNetwork({ tf, network, ...trained }), side);
    const model = stageNetwork({ tf, network, ...loaded });
    expect(model.labels).toEqual(stripeClasses);
    expect(await logitsOf(model, side)).toEqual(before);
  });

  test("for the network's own classes, keep its last exit", async () => {
    const cuts = network.cuts.filter(({ preferred }) => preferred).slice(0, 1);
    const heads = cuts.map(({ rowShape }) =>
      initialiseHead(pooledHead({ inputShape: rowShape, classes: network.classes, cascade: false }), 1),
    );
    const loaded = loadHeads(network, saveHeads(network, { cuts, heads, labels: null }));
    expect(loaded).toEqual({ cuts, heads, labels: null });
    expect(stageNetwork({ tf, network, ...loaded }).stages).toHaveLength(2);
  });
});

describe('refuses', () => {
  const cuts = layersNetwork.cuts.filter(({ name }) => name === 'deep');
  const specification = pooledHead({ inputShape: [8, 6, 6], classes: 3, cascade: false });
  const head = initialiseHead(specification, 1);
  const fitting: NetworkHeads = { cuts, heads: [head], newClasses: 3, labels: null };

  test('heads of another network', () => {
    const file = saveHeads(layersNetwork, fitting);
    expect(() => loadHeads(graphNetwork, file)).toThrow(InvalidInputError);
    expect(() => loadHeads(graphNetwork, file)).toThrow(/trained on, "small", with a cut at "deep"; received "graph"/);
  });

  test('a network that has changed at the cut', () => {
    const changed = {
      ...layersNetwork,
      cuts: layersNetwork.cuts.map((cut) => ({ ...cut, rowShape: [16, 6, 6] })),
    };
    expect(() => loadHeads(changed, saveHeads(layersNetwork, fitting))).toThrow(/reads rows of \[16, 6, 6\]/);
  });

  test('layers that do not fit together', () => {
    const layers = specification.layers.filter(({ kind }) => kind !== 'flatten');
    const broken: Head = { ...head, specification: { ...specification, layers } };
    const file = saveHeads(layersNetwork, { ...fitting, heads: [broken] });
    expect(() => loadHeads(layersNetwork, file)).toThrow(InvalidModelError);
  });

  test('a file that is cut short', () => {
    const file = saveHeads(layersNetwork, fitting);
    expect(() => loadHeads(layersNetwork, file.subarray(0, file.length - 4))).toThrow(InvalidBundleError);
  });
});
