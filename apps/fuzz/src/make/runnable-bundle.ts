// A small network, and a bundle of it that classifies images.

import { bundleFiles, type Preprocessing } from '@ztw/bundle';
import type { RowShape } from '@ztw/core';
import { headFor, initialiseHead } from '@ztw/heads';
import { analyseGraph, chooseCuts, compileNetwork, readModel } from '@ztw/onnx-graph';
import { createGraphProbe } from '@ztw/runtime-onnx';
import * as ort from 'onnxruntime-node';
import { tinyModel } from '../../../../packages/onnx-graph/test/support/tiny.ts';
import type { Files } from './bundle-files.ts';

const size = 8;
const preprocessing: Preprocessing = {
  channels: 3,
  height: size,
  width: size,
  resize: 'stretch',
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
};

/** A residual network of two blocks: `[N, 3, 8, 8]` to three classes. */
export function smallNetwork(): Uint8Array {
  return tinyModel(
    (net) => {
      const first = net.residual(net.relu(net.conv('x', 3, 4)), 4);
      net.classify(net.residual(first, 4), 4);
    },
    { rowShape: [3, size, size] },
  );
}

/** All files of a bundle with two ICs, programs and two operating points. */
export async function runnableBundle(): Promise<Files> {
  const analysis = await analyseGraph(readModel(smallNetwork()), createGraphProbe({ ort }));
  const cuts = chooseCuts(analysis, { kind: 'all' });
  const { classes, input } = analysis;
  const heads = cuts.map(({ tensors }, index) =>
    initialiseHead(headFor(tensors[0]?.rowShape as RowShape, { family: 'pooled', classes, cascade: index > 0 }), index),
  );
  const compiled = compileNetwork({
    analysis,
    cuts,
    heads,
    name: 'small',
    pathPrefix: 'networks/0/',
    runtimes: 'both',
  });
  const point = { accuracy: 0.9, exitShares: [...cuts.map(() => 0.2), 1 - 0.2 * cuts.length] };
  return bundleFiles({
    manifest: {
      method: 'ztw',
      classes,
      labels: ['ant', 'bee', 'cow'],
      inputShape: input.rowShape as RowShape,
      preprocessing,
      networks: [compiled.network],
      ensemble: null,
      operatingPoints: [0.5, 1].map((budget) => ({
        ...point,
        budget,
        cost: budget * 0.9,
        policy: { kind: 'confidence' as const, limit: 0.4 + budget / 2 },
      })),
      provenance: { seed: 1 },
    },
    files: compiled.files,
    heads: [heads],
  });
}
