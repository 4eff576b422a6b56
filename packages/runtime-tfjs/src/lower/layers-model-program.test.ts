// LayersModels as ONNX models: every supported layer on TensorFlow.js and on both ONNX Runtimes.

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Tensor, tensor, transpose } from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { softmax, UnsupportedModelError } from '@ztw/core';
import { rowSize } from '@ztw/core/runtime';
import { seededRandom } from '@ztw/heads';
import { analyseGraph, chooseCuts, programToOnnx, readModel } from '@ztw/onnx-graph';
import { createGraphProbe } from '@ztw/runtime-onnx';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { runtimes } from '../../../runtime-onnx/test/support/runtimes.ts';
import { allLayersModels, randomise } from '../__fixtures__/all-layers.ts';
import { tensorflowOn } from '../__fixtures__/backends.ts';
import { ort } from '../__fixtures__/program-networks.ts';
import { smallLayersModel } from '../__fixtures__/tensorflow-networks.ts';
import { channelsFirstShape } from '../network/row-layout.ts';
import { supportedLayers } from './layers/table.ts';
import { layersModelProgram } from './layers-model-program.ts';

// The project's bound for two runtimes: sums of float32 in another order, with normalisations folded into weights.
const atol = 1e-4;

await tensorflowOn('cpu');

const seen = new Set<string>();
const note = (model: layers.LayersModel): void => {
  for (const layer of model.layers) {
    seen.add(layer.getClassName());
    if (layer instanceof layers.LayersModel) note(layer);
  }
};

/** Rows channels first, as callers pass them, and the same rows as TensorFlow.js takes them. */
function inputRows(rowShape: readonly number[], rows: number, seed: number): { data: Float32Array; input: Tensor } {
  const random = seededRandom(seed);
  const data = Float32Array.from({ length: rows * rowSize(rowShape) }, () => random() * 2 - 1);
  const first = tensor(data.slice(), [rows, ...rowShape]);
  return { data, input: rowShape.length === 3 ? transpose(first, [0, 2, 3, 1]) : first };
}

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Array.from(expected).reduce((most, value, index) => {
    const difference = Math.abs((actual[index] as number) - value);
    // NaN counts as an infinite difference.
    return Math.max(most, Number.isFinite(difference) ? difference : Number.POSITIVE_INFINITY);
  }, 0);
}

/** Largest difference between a model and its ONNX form on each ONNX Runtime, in what the model returns. */
async function differences(model: layers.LayersModel, rows = 3, leastSpread = 0): Promise<ReadonlyMap<string, number>> {
  const { program, weights, droppedSoftmax, classes } = await layersModelProgram(model);
  const bytes = programToOnnx(program, weights);
  const rowShape = channelsFirstShape(program.inputs[0]!.rowShape);
  const { data, input } = inputRows(rowShape, rows, 7);
  const expected = (await (model.predict(input) as Tensor).data()) as Float32Array;
  expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(leastSpread);
  const found = new Map<string, number>();
  for (const runtime of runtimes) {
    const session = await runtime.ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
    const results = await session.run({ input: new runtime.ort.Tensor('float32', data, [rows, ...rowShape]) });
    const logits = results.logits!.data as Float32Array;
    const actual = droppedSoftmax ? softmax(logits, classes) : logits;
    const probable = largestDifference(actual, expected);
    // Logits may differ by a constant per row, so the logarithms of their softmax are compared.
    const logarithms = (values: Float32Array): Float32Array => values.map((value) => Math.log(value));
    found.set(
      runtime.name,
      droppedSoftmax ? Math.max(probable, largestDifference(logarithms(actual), logarithms(expected))) : probable,
    );
    await session.release();
  }
  return found;
}

const report: string[] = [];
afterAll(() => console.log(`largest difference, TensorFlow.js against ONNX Runtime:\n${report.join('\n')}`));

describe('every supported layer', () => {
  test.each(Object.entries(allLayersModels))('%s', async (name, build) => {
    const model = randomise(build(), 5);
    note(model);
    for (const [runtime, difference] of await differences(model, 3, 0.1)) {
      report.push(`  ${name}, ${runtime}: ${difference.toExponential(1)}`);
      expect(difference, runtime).toBeLessThanOrEqual(atol);
    }
  });

  test('is among them', () => {
    expect(supportedLayers.filter((layer) => !seen.has(layer))).toEqual([]);
  });
});

test('strides, padding, dilation and sizes of convolutions and pools', async () => {
  const size = fc.integer({ min: 5, max: 12 });
  const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }));
  const window = fc.record({ kernel: pair(4), strides: pair(3), padding: fc.constantFrom('same', 'valid') });
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(size, size),
      window,
      window,
      fc.constantFrom('conv', 'dilated', 'depthwise', 'separable'),
      fc.constantFrom('max', 'average'),
      async ([height, width], convolution, pool, kind, pooling) => {
        const make = layers.layers;
        const options = {
          kernelSize: convolution.kernel as [number, number],
          strides: convolution.strides as [number, number],
          padding: convolution.padding as 'same' | 'valid',
        };
        const first = {
          conv: () => make.conv2d({ filters: 3, ...options }),
          dilated: () => make.conv2d({ filters: 3, ...options, strides: 1, dilationRate: [1, 2] as never }),
          depthwise: () => make.depthwiseConv2d({ ...options, kernelSize: options.kernelSize as never }),
          // TensorFlow.js has no kernel for different strides per axis here.
          separable: () => make.separableConv2d({ filters: 3, ...options, strides: options.strides[0] }),
        }[kind]();
        const pools = pooling === 'max' ? make.maxPooling2d : make.averagePooling2d;
        const second = pools({
          poolSize: pool.kernel as [number, number],
          strides: pool.strides as [number, number],
          padding: pool.padding as 'same' | 'valid',
        });
        const input = layers.input({ shape: [height, width, 2] });
        const map = first.apply(input) as layers.SymbolicTensor;
        fc.pre(map.shape.slice(1, 3).every((length, axis) => length! >= pool.kernel[axis]!));
        const output = make.flatten().apply(second.apply(map)) as layers.SymbolicTensor;
        const model = randomise(layers.model({ inputs: input, outputs: output }), 3);
        for (const difference of (await differences(model, 2, -1)).values())
          expect(difference).toBeLessThanOrEqual(atol);
        model.dispose();
      },
    ),
    { numRuns: 40, seed: 20 },
  );
});

describe('the ONNX model', () => {
  const analyse = async (model: layers.LayersModel) => {
    const { program, weights, macs, parameters } = await layersModelProgram(model);
    const analysis = await analyseGraph(readModel(programToOnnx(program, weights)), createGraphProbe({ ort }));
    return { analysis, macs, parameters };
  };

  test('has the cost of the network, cuts with its names, and no extra nodes between convolutions', async () => {
    const { analysis, macs } = await analyse(smallLayersModel());
    expect(analysis).toMatchObject({ batch: 'dynamic', classes: 4, backboneMacs: macs, opset: 17 });
    expect(analysis.input).toEqual({ name: 'input', rowShape: [3, 12, 12] });
    expect(analysis.nodes.map(({ operator }) => operator)).toEqual([
      ...['Conv', 'Relu', 'Conv', 'Add', 'Clip', 'Conv', 'Relu', 'Conv', 'Conv', 'Relu'],
      ...['GlobalAveragePool', 'Flatten', 'Gemm'],
    ]);
    // As in the LayersModel itself. A separable convolution counts as two.
    const names = [
      'first',
      'added',
      'active',
      'deep/depthwise-conv2d',
      'deep',
      'separable/depthwise-conv2d',
      'separable',
      'pooled',
    ];
    expect(analysis.cuts.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    expect(chooseCuts(analysis, { kind: 'all' }).map(({ name }) => name)).toEqual(['active']);
  });

  test('passes the official checker', async (context) => {
    try {
      execFileSync('/usr/bin/python3', ['-c', 'import onnx'], { stdio: 'ignore' });
    } catch {
      context.skip('the official checker needs /usr/bin/python3 with the module onnx (Debian: python3-onnx)');
    }
    const folder = await mkdtemp(join(tmpdir(), 'ztw-checker-'));
    try {
      for (const [name, build] of Object.entries(allLayersModels)) {
        const { program, weights } = await layersModelProgram(randomise(build(), 1));
        await writeFile(join(folder, `${name}.onnx`), programToOnnx(program, weights));
      }
      const paths = Object.keys(allLayersModels).map((name) => join(folder, `${name}.onnx`));
      const check = 'import sys, onnx\nfor p in sys.argv[1:]: onnx.checker.check_model(onnx.load(p), full_check=True)';
      execFileSync('/usr/bin/python3', ['-c', check, ...paths], { stdio: 'pipe' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('transposes only where a map is flattened', async () => {
    const count = async (model: layers.LayersModel): Promise<number> =>
      (await analyse(model)).analysis.nodes.filter(({ operator }) => operator === 'Transpose').length;
    expect(await count(randomise(allLayersModels.merges(), 1))).toBe(1);
    expect(await count(randomise(allLayersModels.nested(), 1))).toBe(0);
  });
});

describe('refuses', () => {
  const model = (shape: readonly (number | null)[], ...steps: readonly layers.layers.Layer[]): layers.LayersModel => {
    const input = layers.input({ shape: [...shape] });
    const output = steps.reduce((value, layer) => layer.apply(value) as layers.SymbolicTensor, input);
    return layers.model({ inputs: input, outputs: output, name: 'refused' });
  };
  const make = layers.layers;

  test.each([
    [
      'a layer that is not supported',
      () => model([8, 8, 2], make.upSampling2d({ name: 'up' }), make.flatten()),
      /layer "up" \(UpSampling2D\).*Supported are Activation, Add,/,
    ],
    ['a threshold', () => model([4], make.thresholdedReLU({ name: 'cliff' })), /"cliff" \(ThresholdedReLU\)/],
    [
      'channels first',
      () => model([2, 8, 8], make.conv2d({ filters: 2, kernelSize: 3, dataFormat: 'channelsFirst' }), make.flatten()),
      /channels first/,
    ],
    [
      'open sizes',
      () => model([null, null, 2], make.conv2d({ filters: 2, kernelSize: 3 }), make.globalAveragePooling2d({})),
      /must be fixed/,
    ],
    ['a map at the end', () => model([8, 8, 2], make.conv2d({ filters: 2, kernelSize: 3 })), /one value per class/],
    [
      'a dilation that is ignored',
      () =>
        model(
          [8, 8, 2],
          make.depthwiseConv2d({ kernelSize: 3 as never, dilationRate: 2, name: 'deep' }),
          make.globalAveragePooling2d({}),
        ),
      /"deep".*ignores the dilation/,
    ],
    ['a network that does nothing', () => model([4], make.dropout({ rate: 0.5 })), /computes nothing/],
  ])('%s', async (_name, build, message) => {
    const refusal = layersModelProgram(build());
    await expect(refusal).rejects.toThrow(UnsupportedModelError);
    await expect(refusal).rejects.toThrow(message);
  });
});
