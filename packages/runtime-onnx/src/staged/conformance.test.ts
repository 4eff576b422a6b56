// The conformance kit on both runtimes: a tiny network with a dynamic and a fixed batch, one with several inputs, and a
// real one.

import { denseInputs, inputTypes, namedInput } from '@ztw/core/runtime';
import { type ConformanceSubject, testSubject } from '@ztw/core/testing';
import { afterAll, describe, test } from 'vitest';
import { cutNetwork, fashionNetwork, loadCut, loadWhole, structuredRows } from '../../test/support/cut-network.ts';
import { runtimes } from '../../test/support/runtimes.ts';
import { readFrom, tinyClasses, tinyInputShape, tinyNetwork, tinyRows } from '../../test/support/tiny-network.ts';
import { referenceLogits, tokenBundle, tokenInputs, tokenRowsOf } from '../../test/support/token-network.ts';
import { loadBundle } from '../bundle/load-bundle.ts';
import type { OnnxRuntime } from '../index.ts';
import { type WholeModel, wholeModel } from '../whole/whole-model.ts';
import { loadNetwork } from './load-network.ts';

const supports: ConformanceSubject['supports'] = {
  parallelRuns: true,
  featureMemory: 'host',
  concatRows: true,
  inputTypes,
};
const wholes: WholeModel[] = [];

afterAll(async () => {
  for (const whole of wholes) {
    await whole[Symbol.asyncDispose]();
  }
});

interface Subject extends ConformanceSubject {
  readonly runtime: string;
  readonly network: string;
}

async function tinySubject(runtime: string, ort: OnnxRuntime, batch: 'dynamic' | number): Promise<Subject> {
  const { network, files, whole } = tinyNetwork(batch);
  const uncut = await wholeModel({ ort, bytes: whole, batch, classes: tinyClasses, inputShape: tinyInputShape });
  const facts = { classes: tinyClasses, inputs: denseInputs(tinyInputShape) };
  wholes.push(uncut);
  return {
    ...named(runtime, batch === 'dynamic' ? 'tiny network' : `tiny network of batch ${batch}`),
    supports,
    input: { data: tinyRows(16), rows: 16 },
    create: () => loadNetwork({ ort, network, readFile: readFrom(files), ...facts }),
    wholeLogits: (input) => uncut.runWhole(input),
  };
}

/** int64 ids, a uint8 mask and a free axis, through a bundle. */
async function tokenSubject(runtime: string, ort: OnnxRuntime): Promise<Subject> {
  const bundle = await tokenBundle();
  return {
    ...named(runtime, 'tokens and a mask'),
    supports,
    input: tokenRowsOf(16, 7),
    inputOfOtherLength: tokenRowsOf(5, 3),
    create: async () => (await loadBundle({ ort, bundle: readFrom(bundle) })).model,
    wholeLogits: async (input) => referenceLogits(namedInput(input, tokenInputs)),
  };
}

async function fashionSubject(runtime: string, ort: OnnxRuntime): Promise<Subject> {
  const cut = await cutNetwork({ ort, path: fashionNetwork, sharpness: 4 });
  const uncut = await loadWhole(ort, cut);
  wholes.push(uncut);
  const rows = 8;
  return {
    ...named(runtime, cut.name),
    supports,
    input: { data: structuredRows(uncut.inputShape, rows, 3), rows },
    create: () => loadCut(ort, cut),
    wholeLogits: (input) => uncut.runWhole(input),
  };
}

function named(runtime: string, network: string): Pick<Subject, 'name' | 'runtime' | 'network'> {
  const column = runtime === 'onnxruntime-web' ? 'onnxruntime-web wasm, Node' : runtime;
  return { name: `${column}, ${network}`, runtime: column, network };
}

const subjects = await Promise.all(
  runtimes.flatMap(({ name, ort }) => [
    tinySubject(name, ort, 'dynamic'),
    tinySubject(name, ort, 4),
    fashionSubject(name, ort),
    tokenSubject(name, ort),
  ]),
);

for (const { runtime, network, ...subject } of subjects) {
  testSubject({ describe, test }, { runtime, network, subject });
}
