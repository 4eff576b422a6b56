// A chain of two tiny networks: one IC with a cascade-free head and one with a cascade in the second, none in the
// first.
// The models are not real; nothing in core runs them.

import type { Head, HeadParameters, HeadSpecification } from '@ztw/heads';
import type { BundleContents } from '../bundle-files.ts';

const CLASSES = 3;

function values(shape: readonly number[], seed: number): HeadParameters[string] {
  const length = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float32Array.from({ length }, (_, index) => Math.sin(seed + index)) };
}

function denseHead(features: number, cascade: boolean): Head {
  const specification: HeadSpecification = {
    specificationVersion: 'v1',
    family: 'pooled',
    inputShape: [2, 2, 2],
    classes: CLASSES,
    layers: [
      { kind: 'relu' },
      { kind: 'mixed-pool', name: 'pool', outputSize: [1, 1] },
      { kind: 'flatten' },
      ...(cascade
        ? [{ kind: 'cascade', name: 'cascade', classes: CLASSES, layerNorm: true, epsilon: 1e-5 } as const]
        : []),
      { kind: 'dense', name: 'dense', inFeatures: features, outFeatures: CLASSES },
    ],
  };
  return {
    specification,
    parameters: {
      'pool.alpha': values([1], 1),
      'dense.weight': values([CLASSES, features], 2),
      'dense.bias': values([CLASSES], 3),
      ...(cascade && { 'cascade.weight': values([CLASSES], 4), 'cascade.bias': values([CLASSES], 5) }),
    },
  };
}

const model = (seed: number): Uint8Array => Uint8Array.from({ length: 64 + seed }, (_, index) => (index * seed) % 256);

export function smallBundle(): BundleContents {
  const heads = [denseHead(2, false), denseHead(2 + CLASSES, true)];
  const cut = { name: 'next_0', rowShape: [2, 2, 2] };
  const features = { name: 'features_0', rowShape: [2, 2, 2] };
  const input = { name: 'input', rowShape: [1, 4, 4] };
  return {
    manifest: {
      method: 'ztw',
      classes: CLASSES,
      labels: ['ant', 'bee', 'cow'],
      inputShape: [1, 4, 4],
      preprocessing: { channels: 1, height: 4, width: 4, resize: 'stretch', mean: [0.5], std: [0.25] },
      networks: [
        {
          name: 'small',
          backboneMacs: 100,
          batch: 'dynamic',
          stages: [
            {
              name: 'final',
              model: 'networks/0/stage-0.onnx',
              inputs: [input],
              previousLogits: null,
              outputs: [],
              logits: 'logits',
              segmentMacs: 100,
              headMacs: 0,
              head: null,
            },
          ],
        },
        {
          name: 'large',
          backboneMacs: 1000,
          batch: 'dynamic',
          stages: [
            {
              name: 'block.0',
              model: 'networks/1/stage-0.onnx',
              inputs: [input],
              previousLogits: null,
              outputs: [cut],
              logits: 'logits',
              segmentMacs: 300,
              headMacs: 6,
              head: heads[0]!.specification,
            },
            {
              name: 'block.1',
              model: 'networks/1/stage-1.onnx',
              inputs: [features],
              previousLogits: 'previous_logits',
              outputs: [cut, { name: 'next_1', rowShape: [8] }],
              logits: 'logits',
              segmentMacs: 300,
              headMacs: 15,
              head: heads[1]!.specification,
            },
            {
              name: 'final',
              model: 'networks/1/stage-2.onnx',
              inputs: [features, { name: 'features_1', rowShape: [8] }],
              previousLogits: null,
              outputs: [],
              logits: 'logits',
              segmentMacs: 400,
              headMacs: 0,
              head: null,
            },
          ],
        },
      ],
      ensemble: {
        specificationVersion: 'v1',
        kind: 'geometric',
        classes: CLASSES,
        exits: [
          null,
          { weights: [0.1, 0.2], bias: [0, 0.5, -0.5] },
          { weights: [0.1, 1 / 3, -2], bias: [0, 0, 0] },
          { weights: [0, 0, 0, 1], bias: [1e-9, 0, 0] },
        ],
      },
      operatingPoints: [
        { budget: 0.5, policy: { kind: 'confidence', limit: 0.83 }, accuracy: 0.91, cost: 0.49 },
        { budget: 1, policy: { kind: 'patience', limit: 2 }, accuracy: 0.95, cost: 0.9 },
      ],
      provenance: { seed: 1, versions: { ztw: '0.1.0' } },
    },
    files: new Map(
      ['networks/0/stage-0.onnx', 'networks/1/stage-0.onnx', 'networks/1/stage-1.onnx', 'networks/1/stage-2.onnx'].map(
        (path, seed) => [path, model(seed + 1)],
      ),
    ),
    heads: [[], heads],
  };
}
