// Networks with exits as one file: what the official checker says, where weights lie, what is refused.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { wholeStageModel } from '@ztw/bundle';
import { type EnsembleSpecification, InvalidModelError, softmax, UnsupportedModelError } from '@ztw/core';
import { equalWeights } from '@ztw/ensemble';
import { type GraphProto, ModelProtoSchema } from 'onnx-buf';
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, test } from 'vitest';
import { splitAtExits } from '../src/export/split-at-exits.ts';
import {
  analyseGraph,
  type CompiledNetwork,
  chooseCuts,
  compileNetwork,
  emitAllExits,
  emitBatchIf,
  emitNestedIf,
  readModel,
  type SingleFileOptions,
} from '../src/index.ts';
import { initialHeads, largestDifference, randomRows, runStaged } from './support/staged.ts';
import { tinyResnet } from './support/tiny.ts';
import { wasmProbe } from './support/wasm.ts';

const classes = 3;
const inputShape = [2, 8, 8];
const emitters = [
  { form: 'nested-if', emit: emitNestedIf },
  { form: 'batch-if', emit: emitBatchIf },
] as const;

async function compiled(
  cut: 'all' | 'none',
  options: { batch?: number; opset?: number } = {},
): Promise<CompiledNetwork> {
  const analysis = await analyseGraph(readModel(tinyResnet(options)), wasmProbe);
  const cuts = cut === 'none' ? [] : chooseCuts(analysis, { kind: 'all' });
  const heads = initialHeads(cuts, classes);
  return compileNetwork({ analysis, cuts, heads, name: 'tiny', pathPrefix: `${cut}/` });
}

/** The same stages under other paths, said to be written for another operator set. */
function withOpset({ network, files }: CompiledNetwork, opset: number): CompiledNetwork {
  const pathOf = (path: string): string => `${opset}/${path}`;
  const rewritten = network.stages.map((stage) => {
    const model = fromBinary(ModelProtoSchema, wholeStageModel(stage, files));
    for (const entry of model.opsetImport) entry.version = BigInt(opset);
    return [pathOf(stage.model!), toBinary(ModelProtoSchema, model)] as const;
  });
  const stages = network.stages.map((stage) => ({ ...stage, model: pathOf(stage.model!) }));
  return { network: { ...network, stages }, files: new Map(rewritten) };
}

function optionsOf(networks: readonly CompiledNetwork[], ensemble: EnsembleSpecification | null): SingleFileOptions {
  const files = new Map(networks.flatMap((network) => [...network.files]));
  return { networks: networks.map(({ network }) => network), files, classes, inputShape, ensemble };
}

const graphOf = (bytes: Uint8Array): GraphProto => fromBinary(ModelProtoSchema, bytes).graph!;
const branchOf = (graph: GraphProto, name: string): GraphProto | undefined =>
  graph.node.find(({ opType }) => opType === 'If')?.attribute.find((attribute) => attribute.name === name)?.g;

/** Why the official checker cannot be asked; null where it can. */
function checkerMissing(): string | null {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import onnx'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'the official checker needs /usr/bin/python3 with the module onnx (Debian: python3-onnx)';
  }
}

let exits: CompiledNetwork;
let whole: CompiledNetwork;
beforeAll(async () => {
  exits = await compiled('all');
  whole = await compiled('none');
});

describe.each(emitters)('$form', ({ form, emit }) => {
  test('passes the official checker: ensembles of both kinds, none, and a chain', { timeout: 240_000 }, (context) => {
    const missing = checkerMissing();
    if (missing !== null) {
      console.log(`skipped: ${missing}`);
      context.skip(missing);
    }
    const count = exits.network.stages.length;
    const folder = mkdtempSync(join(tmpdir(), 'ztw-checker-'));
    try {
      const paths = [
        optionsOf([exits], equalWeights('geometric', count, classes)),
        optionsOf([exits], equalWeights('arithmetic', count, classes)),
        optionsOf([exits], null),
        optionsOf([exits, whole], equalWeights('geometric', count + 1, classes)),
      ].map((options, index) => {
        const path = join(folder, `${index}.onnx`);
        writeFileSync(path, emit({ ...options, metadata: { 'ztw.labels': '["a","b","c"]' } }));
        return path;
      });
      const check = 'import sys, onnx\nfor p in sys.argv[1:]: onnx.checker.check_model(onnx.load(p), full_check=True)';
      execFileSync('/usr/bin/python3', ['-c', check, ...paths], { stdio: 'pipe' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('keeps each stage’s weights in the branch that runs it', () => {
    const stored = (graph: GraphProto, stage: number) =>
      graph.initializer.filter(({ name }) => name.startsWith(`stage_${stage}/`)).length;
    let graph: GraphProto | undefined = graphOf(emit(optionsOf([exits], null)));
    for (const stage of exits.network.stages.keys()) {
      expect(graph).toBeDefined();
      for (const other of exits.network.stages.keys()) {
        if (other === stage) expect(stored(graph!, other)).toBeGreaterThan(0);
        else expect(stored(graph!, other)).toBe(0);
      }
      graph = branchOf(graph!, form === 'nested-if' ? 'else_branch' : 'then_branch');
    }
    expect(graph).toBeUndefined();
  });

  test('no two tensors of the file share a name', () => {
    const seen: string[] = [];
    const visit = (graph: GraphProto): void => {
      seen.push(...graph.initializer.map(({ name }) => name), ...graph.node.flatMap(({ output }) => output));
      for (const { attribute } of graph.node) for (const { g } of attribute) if (g !== undefined) visit(g);
    };
    visit(graphOf(emit(optionsOf([exits, exits], null))));
    expect(seen.filter((name, index) => name !== '' && seen.indexOf(name) !== index)).toEqual([]);
  });

  test('stores what it is told', () => {
    const { metadataProps } = fromBinary(ModelProtoSchema, emit({ ...optionsOf([whole], null), metadata: { a: 'b' } }));
    expect(metadataProps.map(({ key, value }) => [key, value])).toEqual([['a', 'b']]);
  });

  test('runs as many exits as it accepts', { timeout: 240_000 }, async () => {
    const chainOf = (length: number) => optionsOf(new Array<CompiledNetwork>(length).fill(whole), null);
    expect(() => emit(chainOf(32))).toThrow(/can hold 31 exits, the networks have 32/);
    const session = await ort.InferenceSession.create(emit(chainOf(31)), { logSeverityLevel: 4 });
    try {
      const { exit } = await session.run({
        input: new ort.Tensor('float32', randomRows(1, inputShape).data as Float32Array, [1, ...inputShape]),
        threshold: new ort.Tensor('float32', Float32Array.of(1), [1, 1]),
      });
      expect(Array.from(exit!.data as BigInt64Array)).toEqual([30n]);
    } finally {
      await session.release();
    }
  });

  test.each(
    [11, 13, 18, 20, 22].flatMap((opset) =>
      (['largest-probability', 'lead-of-largest', 'entropy'] as const).map((score) => [opset, score] as const),
    ),
  )('runs in opset %i by the %s', async (opset, score) => {
    const network = await compiled('all', { opset });
    const last = network.network.stages.length - 1;
    const ensemble = equalWeights('geometric', last + 1, classes);
    const session = await ort.InferenceSession.create(emit({ ...optionsOf([network], ensemble), score }), {
      logSeverityLevel: 4,
    });
    const [loosest, strictest] = score === 'entropy' ? [2, 0] : [0, 1];
    try {
      for (const [threshold, expected] of [
        [loosest, 0],
        [strictest, last],
      ] as const) {
        const { exit } = await session.run({
          input: new ort.Tensor('float32', randomRows(1, inputShape).data as Float32Array, [1, ...inputShape]),
          threshold: new ort.Tensor('float32', Float32Array.of(threshold), [1, 1]),
        });
        expect(Array.from(exit!.data as BigInt64Array, Number)).toEqual([expected]);
      }
    } finally {
      await session.release();
    }
  });

  test('refuses what one file cannot hold', async () => {
    const old = withOpset(exits, 10);
    expect(() => emit(optionsOf([old], null))).toThrow(/opset 11 or newer, the network has 10/);
    const newer = withOpset(whole, 17);
    expect(() => emit(optionsOf([whole, newer], null))).toThrow(/opsets 13 and 17/);
    const fixed = await compiled('none', { batch: 4 });
    expect(() => emit(optionsOf([fixed], null))).toThrow(UnsupportedModelError);
  });

  test('refuses models that are missing or not as described, and weights that do not fit', () => {
    const { files, ...rest } = optionsOf([exits], null);
    expect(() => emit({ ...rest, files: new Map() })).toThrow(InvalidModelError);
    const [first, second] = exits.network.stages;
    const swapped = new Map([...files, [first!.model!, wholeStageModel(second!, files)]]);
    expect(() => emit({ ...rest, files: swapped })).toThrow(
      /should take input and return next_0, logits, but it takes/,
    );
    const short = equalWeights('geometric', 2, classes);
    expect(() => emit({ ...rest, files, ensemble: short })).toThrow(/the ensemble has 2 exits, none with index 2/);
  });
});

describe('all exits in one graph', () => {
  const all = () => emitAllExits(optionsOf([exits], null));
  const expected = async (rows: number): Promise<readonly Float32Array[]> => {
    const stages = await runStaged(exits, [randomRows(rows, inputShape)]);
    return stages[0]!;
  };

  test('returns the logits of each stage', async () => {
    const session = await ort.InferenceSession.create(all(), { logSeverityLevel: 4 });
    try {
      const input = new ort.Tensor('float32', randomRows(3, inputShape).data as Float32Array, [3, ...inputShape]);
      const results = await session.run({ input });
      const logits = await expected(3);
      expect(Object.keys(results)).toEqual(logits.map((_, exit) => `logits_${exit}`));
      logits.forEach((values, exit) => {
        expect(largestDifference(results[`logits_${exit}`]!.data as Float32Array, values)).toBeLessThan(1e-6);
      });
    } finally {
      await session.release();
    }
  });

  test('comes apart at its exits into stages that give the same file', async () => {
    const split = splitAtExits(exits.network, all());
    expect(split.networks[0]?.stages.map(({ outputs }) => outputs.length)).toEqual(
      exits.network.stages.map(({ outputs }) => outputs.length),
    );
    const file = emitBatchIf({ ...optionsOf([exits], null), ...split });
    const session = await ort.InferenceSession.create(file, { logSeverityLevel: 4 });
    try {
      const input = new ort.Tensor('float32', randomRows(3, inputShape).data as Float32Array, [3, ...inputShape]);
      const threshold = new ort.Tensor('float32', Float32Array.of(1), [1, 1]);
      const { probabilities } = await session.run({ input, threshold });
      const last = (await expected(3)).at(-1)!;
      expect(largestDifference(probabilities!.data as Float32Array, softmax(last, classes))).toBeLessThan(1e-6);
    } finally {
      await session.release();
    }
  });

  test('stays whole where more goes on from an exit than before', () => {
    const [first, ...others] = exits.network.stages;
    const network = { ...exits.network, stages: [{ ...first!, outputs: [] }, ...others] };
    expect(() => splitAtExits(network, all())).toThrow(UnsupportedModelError);
  });
});

test('single rows and whole batches want other batch axes', async () => {
  const one = await compiled('none', { batch: 1 });
  expect(emitNestedIf(optionsOf([one], null)).length).toBeGreaterThan(0);
  expect(() => emitBatchIf(optionsOf([one], null))).toThrow(/exactly 1 row/);
});

test('a batch takes a threshold for each row, and one for each exit', { timeout: 120_000 }, async () => {
  const rows = 4;
  const session = await ort.InferenceSession.create(emitBatchIf(optionsOf([exits], null)), { logSeverityLevel: 4 });
  const exitsFor = async (thresholds: readonly number[], dims: readonly [number, number]) => {
    const { exit } = await session.run({
      input: new ort.Tensor('float32', randomRows(rows, inputShape).data as Float32Array, [rows, ...inputShape]),
      threshold: new ort.Tensor('float32', Float32Array.from(thresholds), [...dims]),
    });
    return Array.from(exit!.data as BigInt64Array, Number);
  };
  try {
    const last = exits.network.stages.length - 1;
    expect(await exitsFor([0, 1, 1, 0], [rows, 1])).toEqual([0, last, last, 0]);
    expect(await exitsFor([1, 0, 1], [1, last])).toEqual([1, 1, 1, 1]);
    expect(await exitsFor([1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 0, 1], [rows, last])).toEqual([2, 0, last, 1]);
  } finally {
    await session.release();
  }
});
