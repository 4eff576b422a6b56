// The conformance kit: a tiny network on both backends, and a real one on wasm.

import { memory } from '@tensorflow/tfjs-core';
import { runAllExits, type StagedModel } from '@ztw/core';
import { denseInput } from '@ztw/core/runtime';
import { type ConformanceSubject, conformanceTolerance, testSubject } from '@ztw/core/testing';
import { describe, test } from 'vitest';
import { fashionNetwork, structuredRows } from '../../../runtime-onnx/test/support/cut-network.ts';
import { tinyRows } from '../../../runtime-onnx/test/support/tiny-network.ts';
import { backends, tensorflowOn } from '../__fixtures__/backends.ts';
import { cutProgramNetwork, type ProgramNetwork, tinyProgramNetwork } from '../__fixtures__/program-networks.ts';
import { loadNetwork } from './load-network.ts';

type Backend = (typeof backends)[number];

interface Subject extends ConformanceSubject {
  readonly backend: Backend;
  readonly runtime: string;
  readonly network: string;
}

function subjectOf(backend: Backend, network: ProgramNetwork, data: Float32Array, rows: number): Subject {
  const afterLoad = new WeakMap<StagedModel, number>();
  return {
    name: `TensorFlow.js ${backend}, ${network.network.name}`,
    runtime: `TensorFlow.js ${backend}, Node`,
    network: network.network.name === 'tiny' ? 'tiny network' : network.network.name,
    backend,
    supports: { parallelRuns: true, featureMemory: 'device', concatRows: true, inputTypes: ['float32', 'int32'] },
    input: { data, rows },
    async create() {
      const model = await loadNetwork({ tf: await tensorflowOn(backend), ...network });
      afterLoad.set(model, memory().numTensors);
      return model;
    },
    async wholeLogits(input) {
      const model = await loadNetwork({ tf: await tensorflowOn(backend), ...network, network: network.whole });
      const [logits] = await runAllExits(model, input);
      await model[Symbol.asyncDispose]();
      return logits!;
    },
    // All tensors but the weights: features, and any that were left behind.
    liveFeatures: (model) => memory().numTensors - (afterLoad.get(model) ?? 0),
    tolerance: conformanceTolerance,
  };
}

const tiny = tinyProgramNetwork();
const fashion = await cutProgramNetwork(fashionNetwork);
const subjects = [
  ...backends.map((backend) => subjectOf(backend, tiny, tinyRows(16), 16)),
  subjectOf('wasm', fashion, structuredRows(denseInput(fashion).rowShape, 8, 3), 8),
];

for (const { runtime, network, backend, ...subject } of subjects) {
  testSubject({ describe, test }, { runtime, network, subject, before: () => tensorflowOn(backend) });
}
