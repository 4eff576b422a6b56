import { InvalidModelError } from '@ztw/core';
import { describe, expect, test } from 'vitest';
import { savedNetwork } from '../../test/support/saved-network.ts';
import { allLayersModels } from '../__fixtures__/all-layers.ts';
import { tensorflowOn } from '../__fixtures__/backends.ts';
import { smallGraphModel, smallLayersModel } from '../__fixtures__/tensorflow-networks.ts';
import { checkModelJson } from './check-model-json.ts';

await tensorflowOn('cpu');
const layersModel = await savedNetwork(smallLayersModel());
const nested = await savedNetwork(allLayersModels.nested());
const graphModel = await savedNetwork(smallGraphModel());

/** A copy with another value at a path of keys, which may name a layer or node instead of its number. */
function edited({ json }: typeof layersModel, path: string, value: unknown): unknown {
  const copy = structuredClone(json);
  const keys = path.split('/');
  const last = keys.pop()!;
  const parent = keys.reduce<Record<string, unknown>>((at, key) => {
    const named = Array.isArray(at) ? (at as { readonly name?: string }[]).find(({ name }) => name === key) : undefined;
    return (named ?? at[key]) as Record<string, unknown>;
  }, copy);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

const layer = (name: string): string => `modelTopology/config/layers/${name}`;
const node = (name: string): string => `modelTopology/node/${name}`;

describe('checkModelJson', () => {
  test('accepts valid files, and counts their bytes of weights', async () => {
    expect(checkModelJson(layersModel.json)).toEqual({
      kind: 'layers-model',
      weightBytes: layersModel.weightData.byteLength,
    });
    expect(checkModelJson(graphModel.json)).toEqual({
      kind: 'graph-model',
      weightBytes: graphModel.weightData.byteLength,
    });
    for (const make of Object.values(allLayersModels)) {
      expect(checkModelJson((await savedNetwork(make())).json).kind).toBe('layers-model');
    }
    const { format: _format, ...unnamed } = layersModel.json;
    expect(checkModelJson({ ...unnamed, modelTopology: { model_config: layersModel.json.modelTopology } }).kind).toBe(
      'layers-model',
    );
  });

  test.each<[string, unknown, RegExp]>([
    ['a list', [], /the whole/],
    ['no topology', {}, /modelTopology: expected the model\.json .*; received nothing/],
    [
      'a group of weights that is null',
      edited(layersModel, 'weightsManifest', [null]),
      /weightsManifest\.0: expected .*; received null/,
    ],
    [
      'a size that is not a number',
      edited(layersModel, 'weightsManifest/0/weights/0/shape', [3, null]),
      /weightsManifest\.0\.weights\.0\.shape\.1/,
    ],
    ['the type of texts', edited(layersModel, 'weightsManifest/0/weights/0/dtype', 'string'), /weights\.0\.dtype/],
    [
      'weights beyond any file',
      edited(layersModel, 'weightsManifest/0/weights/0/shape', [2 ** 40, 2 ** 40]),
      /weights that fit into a file/,
    ],
    [
      'an unknown layer',
      edited(layersModel, `${layer('added')}/inbound_nodes`, [[['nobody', 0, 0, {}]]]),
      /layers\.\d+\.inbound_nodes\.0\.0: expected the name of a layer; received "nobody"/,
    ],
    [
      'a member of Object.prototype as a name',
      edited(layersModel, `${layer('added')}/inbound_nodes`, [[['constructor', 0, 0, {}]]]),
      /expected the name of a layer/,
    ],
    [
      'a call that does not exist',
      edited(layersModel, `${layer('added')}/inbound_nodes`, [[['first', 1, 0, {}]]]),
      /a call of "first" below 1; received 1/,
    ],
    [
      'a tensor that is not returned',
      edited(layersModel, `${layer('added')}/inbound_nodes`, [[['first', 0, 1, {}]]]),
      /an output of "first" below 1; received 1/,
    ],
    [
      'a circle',
      edited(layersModel, `${layer('inner')}/inbound_nodes`, [[['active', 0, 0, {}]]]),
      /layers without a circle/,
    ],
    ['a call without inputs', edited(layersModel, `${layer('added')}/inbound_nodes`, [[]]), /one input or more/],
    [
      'calls that are null',
      edited(layersModel, `${layer('added')}/inbound_nodes`, null),
      /inboundNodes: expected Array; received null/,
    ],
    [
      'an output of an unknown layer',
      edited(layersModel, 'modelTopology/config/output_layers', [['nobody', 0, 0]]),
      /output_layers\.0: expected the name of a layer/,
    ],
    ['a layer twice', edited(layersModel, `${layer('inner')}/name`, 'first'), /the layer's name|no other layer/],
    [
      'a key in both forms',
      edited(layersModel, `${layer('added')}/inboundNodes`, []),
      /inboundNodes: expected each key once/,
    ],
    [
      'filters that no weight has',
      edited(layersModel, `${layer('first')}/config/filters`, 60_000),
      /filters: expected the length of an axis of a stored weight; received 60000/,
    ],
    [
      'a negative stride',
      edited(layersModel, `${layer('first')}/config/strides`, [1, -1]),
      /strides\.1: expected a whole number from 1 to 65536; received -1/,
    ],
    [
      'padding beyond bounds',
      edited(layersModel, `${layer('padded')}/config/padding`, [
        [0, 2 ** 31],
        [0, 0],
      ]),
      /padding\.0\.1: expected a whole number from 0/,
    ],
    [
      'an input beyond bounds',
      edited(layersModel, `${layer('input1')}/config/batch_input_shape`, [null, 2 ** 16, 2 ** 16, 3]),
      /at most 67108864 values/,
    ],
    [
      'an initialiser whose width is not a number',
      edited(layersModel, `${layer('first')}/config/kernel_initializer/config`, { maxval: 'x' }),
      /config\.kernelInitializer\.config\.maxval: expected a number/,
    ],
    [
      'another class of model',
      edited(layersModel, 'modelTopology/class_name', 'Graph'),
      /class_name: expected Sequential, Model or Functional/,
    ],
    [
      'an unknown layer inside a model',
      edited(nested, `${layer('inner')}/config/layers/0/config/filters`, 10 ** 9),
      /layers\.1\.config\.layers\.0\.config\.filters/,
    ],
    [
      'an unknown node',
      edited(graphModel, `${node('active1')}/input`, ['nobody:0']),
      /node\.\d+\.input\.0: expected the name of a node; received "nobody:0"/,
    ],
    ['a node twice', edited(graphModel, `${node('active1')}/name`, 'image'), /a name that no other node has/],
    ['nodes in a circle', edited(graphModel, `${node('active1')}/input`, ['active2']), /nodes without a circle/],
    [
      'a constant without values',
      edited(graphModel, `${node('axes')}/name`, 'other'),
      /the name of a node|the name of a stored weight/,
    ],
    [
      'an attribute of another kind',
      edited(graphModel, `${node('convolution1')}/attr/strides`, { list: { i: 'none' } }),
      /attr\.strides\.list\.i/,
    ],
    [
      'a text that is not base64',
      edited(graphModel, `${node('convolution1')}/attr/padding`, { s: '%%%' }),
      /attr\.padding\.s/,
    ],
    [
      'an image beyond bounds',
      edited(graphModel, `${node('image')}/attr/shape/shape/dim`, [{ size: '-1' }, { size: String(2 ** 31) }]),
      /sizes from 1 to 65536/,
    ],
  ])('refuses %s', (_name, json, message) => {
    expect(() => checkModelJson(json)).toThrow(InvalidModelError);
    expect(() => checkModelJson(json)).toThrow(message);
  });

  test('gives the place in the file, the expected value and the received one to programs', () => {
    const json = edited(layersModel, `${layer('first')}/config/strides`, [1, -1]);
    expect(() => checkModelJson(json)).toThrow(
      expect.objectContaining({
        path: expect.stringMatching(/^modelTopology\..*\.strides\.1$/),
        expected: 'a whole number from 1 to 65536',
        received: '-1',
      }),
    );
  });

  test('refuses a longer chain of nodes than a loader can follow', () => {
    const chain = Array.from({ length: 5000 }, (_unused, index) => ({
      name: `n${index}`,
      op: index === 0 ? 'Placeholder' : 'Relu',
      input: index === 0 ? [] : [`n${index - 1}`],
    }));
    expect(() => checkModelJson({ modelTopology: { node: chain }, weightsManifest: [] })).toThrow(/at most 4096 nodes/);
  });
});
