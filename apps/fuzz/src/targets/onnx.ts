import { type RowShape, runAllExits } from '@ztw/core';
import { denseInputs, rowSize } from '@ztw/core/runtime';
import { headFor, initialiseHead } from '@ztw/heads';
import {
  analyseGraph,
  type CompiledNetwork,
  type CutSelection,
  chooseCuts,
  compileNetwork,
  type GraphAnalysis,
  readModel,
} from '@ztw/onnx-graph';
import { createGraphProbe, loadNetwork, wholeModel } from '@ztw/runtime-onnx';
import * as ort from 'onnxruntime-node';
import { readerOf } from '../make/bundle-files.ts';
import { mutateBytes } from '../make/mutate-bytes.ts';
import { disfigure, redescribe } from '../make/mutate-network.ts';
import { nestedGraphs } from '../make/nested-graphs.ts';
import { randomNetwork } from '../make/random-network.ts';
import type { Random } from '../random.ts';
import { type FuzzTarget, mustHold } from '../target.ts';

/** Largest input row that is run, so that time goes into many networks. */
const valuesToRun = 2 ** 16;
/** Of logits, relative to the largest; stages run the same kernels on the same values. */
const tolerance = 1e-4;

/**
 * ONNX files: read, analysed, cut at random places, written as stages with heads, and some of them run. The last exit of
 * the stages answers as the whole network does.
 */
export const onnx: FuzzTarget = {
  name: 'onnx',
  share: 20,
  async open() {
    // The cause is in the error.
    const settings = { sessionOptions: { logSeverityLevel: 4 } } as const;
    const probe = createGraphProbe({ ort, ...settings });
    return async (random) => {
      const bytes = networkFile(random);
      const analysis = await analyseGraph(readModel(bytes), probe);
      const compiled = compile(analysis, random);
      if (random.chance(0.3) && rowSize(analysis.input.rowShape as RowShape) <= valuesToRun) {
        await compare(bytes, analysis, compiled, settings);
      }
      return 'accepted';
    };
  },
};

function networkFile(random: Random): Uint8Array {
  const kind = random.below(100);
  if (kind < 1) return nestedGraphs(random.pick([3, 30, 40, 1000, 20_000]));
  const network = randomNetwork(random);
  if (kind < 40) return network;
  if (kind < 65) return redescribe(network, random);
  if (kind < 90) return disfigure(network, random);
  return mutateBytes(network, random, 1 + random.below(3));
}

function compile(analysis: GraphAnalysis, random: Random): CompiledNetwork {
  const { cuts: possible } = analysis;
  const selections: readonly CutSelection[] = [
    { kind: 'all' },
    { kind: 'auto' },
    { kind: 'none' },
    { kind: 'count', count: 1 + random.below(3) },
    { kind: 'names', names: possible.filter(() => random.chance(0.4)).map(({ name }) => name) },
  ];
  const cuts = chooseCuts(analysis, random.pick(selections));
  const heads = cuts.map(({ tensors }, index) => {
    const shape = tensors[0]?.rowShape as RowShape;
    return initialiseHead(headFor(shape, { family: 'auto', classes: analysis.classes, cascade: index > 0 }), index);
  });
  return compileNetwork({
    analysis,
    cuts,
    heads,
    name: 'network',
    pathPrefix: 'stages/',
    runtimes: random.pick(['onnx', 'onnx', 'both']),
  });
}

async function compare(
  bytes: Uint8Array,
  analysis: GraphAnalysis,
  { network, files }: CompiledNetwork,
  settings: object,
): Promise<void> {
  const { classes, batch, input, output } = analysis;
  const rowShape = input.rowShape as RowShape;
  const rows = batch === 'dynamic' ? 2 : batch;
  const data = Float32Array.from({ length: rows * rowSize(rowShape) }, (_, index) => Math.sin(index * 12.9898));
  await using staged = await loadNetwork({
    ...settings,
    ort,
    network,
    readFile: readerOf(files),
    classes,
    inputs: denseInputs(rowShape),
  });
  const last = (await runAllExits(staged, { data, rows })).at(-1) as Float32Array;
  // A graph that ends in a softmax returns the probabilities of the logits.
  if (!analysis.source.model.graph.output.some(({ name }) => name === output.name)) return;
  await using whole = await wholeModel({
    ...settings,
    ort,
    bytes,
    classes,
    inputShape: rowShape,
    input: input.name,
    output: output.name,
    batch,
  });
  const expected = await whole.runWhole({ data, rows });
  const scale = Math.max(1, ...expected.map(Math.abs));
  const worst = Math.max(...expected.map((value, index) => Math.abs(value - (last[index] as number))));
  mustHold(worst <= tolerance * scale, () => `the stages differ from the whole network by ${worst} of ${scale}`);
}
