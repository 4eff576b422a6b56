// The conformance kit on both runtimes: a tiny network with a dynamic and a fixed batch, and a real one.

import { type ConformanceSubject, conformanceCases } from '@ztw/core/testing';
import { afterAll, describe, test } from 'vitest';
import { cutNetwork, fashionNetwork, loadCut, loadWhole, structuredRows } from '../../test/support/cut-network.ts';
import { runtimes } from '../../test/support/runtimes.ts';
import { readFrom, tinyClasses, tinyInputShape, tinyNetwork, tinyRows } from '../../test/support/tiny-network.ts';
import type { OnnxRuntime } from '../index.ts';
import { type WholeModel, wholeModel } from '../whole/whole-model.ts';
import { loadNetwork } from './load-network.ts';

const supports: ConformanceSubject['supports'] = { parallelRuns: true, featureMemory: 'host', concatRows: true };
const wholes: WholeModel[] = [];

afterAll(async () => {
  for (const whole of wholes) {
    await whole[Symbol.asyncDispose]();
  }
});

async function tinySubject(runtime: string, ort: OnnxRuntime, batch: 'dynamic' | number): Promise<ConformanceSubject> {
  const { network, files, whole } = tinyNetwork(batch);
  const shape = { classes: tinyClasses, inputShape: tinyInputShape };
  const uncut = await wholeModel({ ort, bytes: whole, batch, ...shape });
  wholes.push(uncut);
  return {
    name: `${runtime}, tiny network, batch ${batch}`,
    supports,
    input: { data: tinyRows(16), rows: 16 },
    create: () => loadNetwork({ ort, network, readFile: readFrom(files), ...shape }),
    wholeLogits: (input) => uncut.runWhole(input),
  };
}

async function fashionSubject(runtime: string, ort: OnnxRuntime): Promise<ConformanceSubject> {
  const cut = await cutNetwork({ ort, path: fashionNetwork, sharpness: 4 });
  const uncut = await loadWhole(ort, cut);
  wholes.push(uncut);
  const rows = 8;
  return {
    name: `${runtime}, ${cut.name}`,
    supports,
    input: { data: structuredRows(uncut.inputShape, rows, 3), rows },
    create: () => loadCut(ort, cut),
    wholeLogits: (input) => uncut.runWhole(input),
  };
}

const subjects = await Promise.all(
  runtimes.flatMap(({ name, ort }) => [
    tinySubject(name, ort, 'dynamic'),
    tinySubject(name, ort, 4),
    fashionSubject(name, ort),
  ]),
);

describe.each(subjects)('$name', (subject) => {
  test.for(conformanceCases)('$name', async (conformanceCase, { skip }) => {
    const reason = conformanceCase.skip?.(subject) ?? null;
    skip(reason !== null, reason ?? '');
    await conformanceCase.run(subject);
  });
});
