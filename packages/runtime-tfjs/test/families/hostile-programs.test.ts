// Stage programs that were changed at random. Each one either runs or is refused with an error of this project, and
// neither harms a valid program beside it: on WebAssembly, a kernel with a wrong shape overwrites other memory.
// `ZTW_FUZZ_COUNT` is their number per backend.

import { join } from 'node:path';
import { type BundleReader, openStageWeights } from '@ztw/bundle';
import { runAllExits, ZtwError } from '@ztw/core';
import { denseInput, rowSize } from '@ztw/core/runtime';
import { seededRandom } from '@ztw/heads';
import { inferProgramShapes, parseTensorProgram } from '@ztw/program';
import { describe, expect, test } from 'vitest';
import { backends, tensorflowOn } from '../../src/__fixtures__/backends.ts';
import { cutProgramNetwork, type ProgramNetwork, tinyProgramNetwork } from '../../src/__fixtures__/program-networks.ts';
import { loadNetwork } from '../../src/index.ts';
import { mutateJson } from '../support/mutate-json.ts';

const count = Number(process.env.ZTW_FUZZ_COUNT ?? 300);
const rows = 2;

/** Programs with more values per row do not run here, to save time. */
const valuesToRun = 2 ** 22;

const networks: readonly ProgramNetwork[] = [
  tinyProgramNetwork(),
  ...(await Promise.all(
    ['mobilenet-v3-20', 'vgg-11', 'swin-17', 'vit-14'].map((name) =>
      cutProgramNetwork(join(import.meta.dirname, `${name}.onnx`)),
    ),
  )),
];

function inputOf(network: ProgramNetwork): { readonly data: Float32Array; readonly rows: number } {
  const size = rows * rowSize(denseInput(network).rowShape);
  return { rows, data: Float32Array.from({ length: size }, (_unused, index) => Math.sin(index * 12.9898)) };
}

interface Mutant {
  readonly network: ProgramNetwork;
  readonly readFile: BundleReader;
  readonly values: number;
}

/** One network with one program changed. */
async function mutantOf(network: ProgramNetwork, random: () => number): Promise<Mutant> {
  const { stages } = network.network;
  const program = stages[Math.floor(random() * stages.length)]!.program!;
  const good: unknown = JSON.parse(new TextDecoder().decode(await network.readFile(program.steps)));
  const changed = new TextEncoder().encode(JSON.stringify(mutateJson(good, random, 1 + Math.floor(random() * 2))));
  const { weights = [] } = stages.find((stage) => stage.program === program)!;
  const stored = await openStageWeights(program.weights === undefined ? weights : [program.weights], network.readFile);
  return {
    network,
    readFile: async (path) => (path === program.steps ? changed : network.readFile(path)),
    values: valuesOf(changed, stored.shapes, network.classes),
  };
}

/** Values per row of all results; 0 for a program that is refused. */
function valuesOf(steps: Uint8Array, stored: ReadonlyMap<string, readonly number[]>, classes: number): number {
  try {
    const { program, weights } = parseTensorProgram(steps, stored, 'mutant');
    const shapes = inferProgramShapes(program, new Map(weights.map(({ name, shape }) => [name, shape])), {
      previousClasses: classes,
      classes,
    });
    const sizes = [...shapes.values()].map((shape) =>
      shape.reduce<number>((product, size) => product * (typeof size === 'number' ? size : size.perRow), 1),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch {
    return 0;
  }
}

type Outcome = 'refused' | 'ran' | 'kernel refused' | 'not run, too large' | 'untyped' | 'crash';

function outcomeOf(error: unknown): Outcome {
  const { cause } = error as { readonly cause?: unknown };
  const isCrash = [error, cause].some((each) => each instanceof WebAssembly.RuntimeError || each instanceof RangeError);
  if (isCrash) return 'crash';
  if (!ZtwError.isInstance(error)) return 'untyped';
  return error.code === 'ZTW_RUNTIME_FAILURE' ? 'kernel refused' : 'refused';
}

describe.each(backends)('programs changed at random, on %s', (backend) => {
  test(`${count} of them`, { timeout: 60_000 + 500 * count }, async () => {
    const tf = await tensorflowOn(backend);
    const good = await Promise.all(networks.map((network) => loadNetwork({ tf, ...network })));
    const answers = await Promise.all(good.map((model, index) => runAllExits(model, inputOf(networks[index]!))));
    const random = seededRandom(7);
    const found: Partial<Record<Outcome, number>> = {};
    const wrong: string[] = [];
    for (let index = 0; index < count; index++) {
      const mutant = await mutantOf(networks[index % networks.length]!, random);
      let outcome: Outcome = 'ran';
      if (mutant.values > valuesToRun) {
        outcome = 'not run, too large';
      } else {
        try {
          await using model = await loadNetwork({ tf, ...mutant.network, readFile: mutant.readFile });
          await runAllExits(model, inputOf(mutant.network));
        } catch (error) {
          outcome = outcomeOf(error);
          if (outcome !== 'refused') wrong.push(`${index}: ${outcome}: ${(error as Error).message}`);
        }
      }
      found[outcome] = (found[outcome] ?? 0) + 1;
      if (outcome === 'ran' || outcome === 'crash' || index === count - 1) {
        const position = index % networks.length;
        expect(await runAllExits(good[position]!, inputOf(networks[position]!)), `after ${index}`).toEqual(
          answers[position],
        );
      }
    }
    if (process.env.ZTW_FUZZ_COUNT !== undefined) console.info(backend, found);
    expect(wrong.filter((line) => !line.includes('kernel refused'))).toEqual([]);
    expect(found.refused ?? 0).toBeGreaterThan(count / 4);
    expect(found.ran ?? 0).toBeGreaterThan(0);
    for (const model of good) await model[Symbol.asyncDispose]();
  });
});
