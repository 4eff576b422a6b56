// A network with two inputs and a free axis on TensorFlow.js. Stage programs cannot express it yet, so its stages are
// written by hand.

import { memory, type Tensor } from '@tensorflow/tfjs-core';
import {
  type InputSpecification,
  type InputTensor,
  type NamedInputBatch,
  type StagedModel,
  UnsupportedModelError,
} from '@ztw/core';
import { namedInput } from '@ztw/core/runtime';
import { type ConformanceSubject, testSubject, tokenNetwork, tokenRows, wholeTokenLogits } from '@ztw/core/testing';
import { describe, expect, test } from 'vitest';
import { tensorflowOn } from '../__fixtures__/backends.ts';
import type { StageRunner } from './open-program.ts';
import { type TfStage, tfStagedModel } from './tf-staged-model.ts';

type Tf = Awaited<ReturnType<typeof tensorflowOn>>;

const { vocabulary, width, classes, embedding, layers, heads } = tokenNetwork();

/** TensorFlow.js has no uint8: the mask is float32. */
const inputs: readonly InputSpecification[] = [
  { name: 'ids', type: 'int32', rowShape: ['tokens'] },
  { name: 'mask', type: 'float32', rowShape: ['tokens'] },
];

/** @param layer The weights that make the hidden values of the stage, or the embedding of ids. */
function stageOf(tf: Tf, layer: Float32Array, head: Float32Array, isFinal: boolean): StageRunner {
  return {
    run([first, mask], previousLogits) {
      const [hidden, logits] = tf.tidy(() => {
        const read = first as Tensor;
        const values =
          read.dtype === 'int32'
            ? tf.gather(tf.tensor2d(layer, [vocabulary, width]), read as never)
            : tf.relu(
                tf.reshape(tf.matMul(tf.reshape(read, [-1, width]), tf.tensor2d(layer, [width, width])), read.shape),
              );
        const weights = tf.expandDims(mask as Tensor, 2);
        const mean = tf.div(tf.sum(tf.mul(values, weights), 1), tf.sum(weights, 1));
        const features = previousLogits === null ? mean : tf.concat([mean, previousLogits], 1);
        const answer = tf.matMul(features as never, tf.tensor2d(head, [features.shape[1]!, classes]));
        return [tf.keep(values), tf.keep(answer)] as const;
      });
      first!.dispose();
      previousLogits?.dispose();
      if (!isFinal) return { outputs: [hidden, mask!], logits };
      hidden.dispose();
      mask!.dispose();
      return { outputs: [], logits };
    },
    release() {},
  };
}

function openTokens(tf: Tf) {
  const layerMacs = width * width;
  const description = { network: 0, isFinal: false, usesPreviousLogits: false };
  const stages: readonly TfStage[] = [
    {
      description: { ...description, name: 'embedding', segmentMacs: 0, headMacs: width * classes },
      program: stageOf(tf, embedding, heads[0], false),
    },
    {
      description: {
        ...description,
        name: 'hidden 1',
        usesPreviousLogits: true,
        segmentMacs: layerMacs,
        headMacs: (width + classes) * classes,
      },
      program: stageOf(tf, layers[0], heads[1], false),
    },
    {
      description: {
        ...description,
        name: 'final',
        isFinal: true,
        segmentMacs: layerMacs + width * classes,
        headMacs: 0,
      },
      program: stageOf(tf, layers[1], heads[2], true),
    },
  ];
  const backboneMacs = 2 * layerMacs + width * classes;
  return { tf, name: 'tokens', classes, labels: null, inputs, backboneMacs, stages };
}

function rowsOf(rows: number, tokens: number): NamedInputBatch {
  const { inputs: named } = tokenRows(rows, tokens);
  const { data, rowShape } = named.mask as InputTensor;
  return { rows, inputs: { ...named, mask: { data: Float32Array.from(data as Uint8Array), rowShape } } };
}

const afterLoad = new WeakMap<StagedModel, number>();
const subject: ConformanceSubject = {
  name: 'TensorFlow.js cpu, tokens and a mask',
  supports: { parallelRuns: true, featureMemory: 'device', concatRows: true, inputTypes: ['float32', 'int32'] },
  input: rowsOf(16, 7),
  inputOfOtherLength: rowsOf(5, 3),
  async create() {
    const model = tfStagedModel(openTokens(await tensorflowOn('cpu')));
    afterLoad.set(model, memory().numTensors);
    return model;
  },
  async wholeLogits(input) {
    const { rows, inputs: named } = namedInput(input, inputs);
    const { data, rowShape } = named.mask as InputTensor;
    return wholeTokenLogits({
      rows,
      inputs: { ...named, mask: { data: Uint8Array.from(data as Float32Array), rowShape } },
    });
  },
  liveFeatures: (model) => memory().numTensors - (afterLoad.get(model) ?? 0),
};

testSubject(
  { describe, test },
  { runtime: 'TensorFlow.js cpu, Node', network: 'tokens and a mask', subject, before: () => tensorflowOn('cpu') },
);

test('int64 is refused, with the name of the input', async () => {
  const content = openTokens(await tensorflowOn('cpu'));
  const wide = content.inputs.map((input) => (input.name === 'ids' ? { ...input, type: 'int64' as const } : input));
  expect(() => tfStagedModel({ ...content, inputs: wide })).toThrow(UnsupportedModelError);
  expect(() => tfStagedModel({ ...content, inputs: wide })).toThrow(/int64 for the input "ids"/);
});
