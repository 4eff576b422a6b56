import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { manifestInputShape } from '@ztw/bundle';
import { analyseGraph, readModel } from '@ztw/onnx-graph';
import { createGraphProbe, type OnnxRuntime, wholeModel } from '@ztw/runtime-onnx';
import type { Method } from './method.ts';
import { labelsOf, type SmallNetwork } from './race.ts';
import type { Inputs } from './read-inputs.ts';

/** Reads an uncut network with the same input as the main one, and measures its accuracy. */
export async function readSmallNetwork(
  path: string,
  main: Method,
  inputs: Inputs,
  ort: OnnxRuntime,
): Promise<SmallNetwork> {
  const bytes = new Uint8Array(await readFile(path));
  const model = readModel(bytes);
  const { manifest } = main.bundle;
  const { classes } = manifest;
  const inputShape = manifestInputShape(manifest);
  const analysis = await analyseGraph(model, createGraphProbe({ ort }));
  const names = { input: model.graph.input[0]?.name ?? 'input', output: model.graph.output[0]?.name ?? 'logits' };
  const whole = await wholeModel({ ort, bytes, inputShape, classes, ...names });
  const labels: number[] = [];
  for (let start = 0; start < inputs.rows; start += 256) {
    const rows = Math.min(256, inputs.rows - start);
    labels.push(...labelsOf(await whole.runWhole(inputs.batch(start, rows)), classes));
  }
  await whole[Symbol.asyncDispose]();
  return {
    name: basename(path, '.onnx'),
    bytes,
    macs: analysis.backboneMacs / main.backboneMacs,
    accuracy: (images) => labels.slice(0, images).filter((label, row) => label === inputs.labels[row]).length / images,
  };
}
