import { encodeSafetensors } from '@ztw/bundle';
import { runAllExits, type StagedModel } from '@ztw/core';
import { denseInputs, rowSize } from '@ztw/core/runtime';
import { programToOnnx } from '@ztw/onnx-graph';
import { inferProgramShapes, parseTensorProgram } from '@ztw/program';
import { wholeModel } from '@ztw/runtime-onnx';
import { loadNetwork } from '@ztw/runtime-tfjs';
import * as ort from 'onnxruntime-node';
import { jsonBytes, readerOf } from '../make/bundle-files.ts';
import { mutateDocument } from '../make/mutate-document.ts';
import { goodProgram, randomProgram, rowShape, stepWeights, weightShapes } from '../make/sample-programs.ts';
import type { Random } from '../random.ts';
import { type FuzzTarget, mustHold } from '../target.ts';
import { tensorflowOn } from './tensorflow-on.ts';

const rows = 2;
/** Programs with more values are accepted without a run, to save time. */
const valuesToRun = 2 ** 18;
/** Relative to the largest value: sums of float32 in another order. */
const tolerance = 1e-3;
/** Beyond this, float32 differs by more than the tolerance between two orders of a sum. */
const largestCompared = 1e6;

const data: Float32Array = Float32Array.from({ length: rows * rowSize(rowShape) }, (_, index) =>
  Math.sin(index * 12.9898),
);
const weights = encodeSafetensors(stepWeights);

/**
 * Programs of stages, on WebAssembly. A program that ran has harmed no other: a good one still answers the same.
 */
export const tensorflowPrograms: FuzzTarget = {
  name: 'programs on TensorFlow.js',
  share: 25,
  async open() {
    const good = await load(jsonBytes(goodProgram.program), goodProgram.classes);
    const expected = await answersOf(good);
    let runs = 0;
    return async (random) => {
      const { bytes, classes } = changedProgram(random);
      await using model = await load(bytes, classes);
      if (valuesIn(bytes) > valuesToRun) return 'accepted';
      try {
        await answersOf(model);
      } finally {
        runs += 1;
        if (runs % 16 === 0) {
          const now = await answersOf(good);
          mustHold(Buffer.from(now.buffer).equals(Buffer.from(expected.buffer)), () => 'a good program was harmed');
        }
      }
      return 'accepted';
    };
  },
};

/** The same programs as ONNX files on ONNX Runtime. Where both runtimes answer, they agree. */
export const onnxPrograms: FuzzTarget = {
  name: 'programs on ONNX Runtime',
  share: 12,
  async open() {
    return async (random) => {
      const { bytes, classes } = changedProgram(random);
      const { program } = parseTensorProgram(bytes, weightShapes, 'program.json');
      const onnx = programToOnnx(program, stepWeights);
      if (valuesIn(bytes) > valuesToRun) return 'accepted';
      await using whole = await wholeModel({
        ort,
        bytes: onnx,
        inputShape: channelsFirst(rowShape),
        classes,
        sessionOptions: { logSeverityLevel: 4 },
      });
      const left = await whole.runWhole({ data: moved(data), rows });
      await using model = await load(bytes, classes);
      compare(left, await answersOf(model));
      return 'accepted';
    };
  },
};

function changedProgram(random: Random): { readonly bytes: Uint8Array; readonly classes: number } {
  const { program, classes } = randomProgram(random);
  return { bytes: random.chance(0.2) ? mutateDocument(program, random) : jsonBytes(program), classes };
}

async function load(steps: Uint8Array, classes: number): Promise<StagedModel> {
  return loadNetwork({
    tf: await tensorflowOn('wasm'),
    network: {
      name: 'network',
      backboneMacs: 1,
      batch: 'dynamic',
      stages: [
        {
          name: 'final',
          model: 'stage.onnx',
          program: { steps: 'steps.json', weights: 'weights.safetensors' },
          inputs: [{ name: 'image', rowShape }],
          previousLogits: null,
          outputs: [],
          logits: 'result',
          segmentMacs: 1,
          headMacs: 0,
          head: null,
        },
      ],
    },
    readFile: readerOf(
      new Map([
        ['steps.json', steps],
        ['weights.safetensors', weights],
      ]),
    ),
    classes,
    inputs: denseInputs(rowShape),
  });
}

async function answersOf(model: StagedModel): Promise<Float32Array> {
  const [logits] = await runAllExits(model, { data, rows });
  return logits as Float32Array;
}

/** Values per row of all results together. */
function valuesIn(steps: Uint8Array): number {
  const { program } = parseTensorProgram(steps, weightShapes, 'steps.json');
  const shapes = inferProgramShapes(program, weightShapes);
  const sizes = [...shapes.values()].map((shape) =>
    shape.reduce<number>((product, size) => product * (typeof size === 'number' ? size : size.perRow), 1),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function channelsFirst([height, width, channels]: readonly number[]): readonly number[] {
  return [channels, height, width] as readonly number[];
}

/** Rows of maps, channels first. */
function moved(values: Float32Array): Float32Array {
  const [height, width, channels] = rowShape;
  const places = height * width;
  const size = places * channels;
  return values.map((_, at) => {
    const [row, channel, place] = [Math.floor(at / size), Math.floor((at % size) / places), at % places];
    return values[row * size + place * channels + channel] as number;
  });
}

function compare(left: Float32Array, right: Float32Array): void {
  const largest = Math.max(1, ...left.map(Math.abs), ...right.map(Math.abs));
  if (!(largest <= largestCompared)) return;
  const worst = left.reduce((most, value, index) => Math.max(most, Math.abs(value - (right[index] as number))), 0);
  mustHold(worst <= tolerance * largest, () => `the runtimes differ by ${worst} of ${largest}`);
}
