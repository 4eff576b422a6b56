import { UnsupportedModelError } from '@ztw/core';
import { analyseGraph, type BundleRuntimes, readModel } from '@ztw/onnx-graph';
import { createGraphProbe } from '@ztw/runtime-onnx';
import { expect, test } from 'vitest';
import { runtimes } from '../../../runtime-onnx/test/support/runtimes.ts';
import { tinyOnnx } from '../../../runtime-onnx/test/support/tiny-onnx.ts';
import { compileStages } from './compile-stages.ts';

/** Compiles a dense network of two layers, whole. */
async function compile(activation: string, target: BundleRuntimes = 'both') {
  const bytes = tinyOnnx({
    nodes: [
      { operator: 'MatMul', inputs: ['x', 'w'], outputs: ['hidden'] },
      { operator: activation, inputs: ['hidden'], outputs: ['active'] },
      { operator: 'MatMul', inputs: ['active', 'w'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', type: 'float32', dims: ['rows', 3] }],
    outputs: [{ name: 'y', type: 'float32', dims: ['rows', 3] }],
    constants: [{ name: 'w', dims: [3, 3], values: new Float32Array(9).fill(0.5) }],
  });
  const analysis = await analyseGraph(readModel(bytes), createGraphProbe({ ort: runtimes[0]!.ort }));
  const notes: string[] = [];
  const { network, files } = compileStages(
    { analysis, cuts: [], heads: [], name: 'dense', pathPrefix: 'networks/0/', runtimes: target },
    (note) => notes.push(note),
  );
  return { stage: network.stages[0], files: [...files.keys()], notes };
}

test('writes a program beside each stage', async () => {
  const { stage, files, notes } = await compile('Relu');
  expect(notes).toEqual([]);
  const stem = 'networks/0/stage-00';
  expect(stage?.program).toEqual({ steps: `${stem}.json` });
  expect(stage?.weights).toEqual([`${stem}.safetensors`]);
  expect(files.toSorted()).toEqual([`${stem}.json`, `${stem}.onnx`, `${stem}.safetensors`]);
});

test('goes without programs where an operator is missing, and names it', async () => {
  const { stage, files, notes } = await compile('Sin');
  expect(stage).not.toHaveProperty('program');
  expect(files).toEqual(['networks/0/stage-00.onnx']);
  expect(notes).toEqual([expect.stringMatching(/Sin/)]);
});

test.each([
  ['onnx', ['stage-00.onnx']],
  ['tfjs', ['stage-00.json', 'stage-00.safetensors']],
] as const)('writes only the form for %s', async (target, names) => {
  const { files } = await compile('Relu', target);
  expect(files).toEqual(names.map((name) => `networks/0/${name}`));
});

test('refuses a missing operator where only TensorFlow.js was asked for', async () => {
  await expect(compile('Sin', 'tfjs')).rejects.toThrow(UnsupportedModelError);
});
