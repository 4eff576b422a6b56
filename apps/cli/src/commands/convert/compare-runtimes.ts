// The same random rows through a network on TensorFlow.js and through its ONNX model on ONNX Runtime.

import { RuntimeFailureError, softmax } from '@ztw/core';
import { rowSize } from '@ztw/core/runtime';
import { seededRandom } from '@ztw/heads';
import type { LoadedRuntime } from '../../runtime/onnx-runtime.ts';
import type { Tensorflow } from '../../runtime/tensorflow.ts';
import type { TensorflowModel } from './open-tensorflow-network.ts';

/** What became of the comparison; JSON-safe. */
export interface RuntimeComparison {
  readonly rows: number;
  /** What was compared: probabilities where the network ends in a softmax. */
  readonly values: 'probabilities' | 'logits';
  readonly largestDifference: number;
  readonly tensorflow: string;
  readonly onnxRuntime: string;
}

const rows = 4;

/** Beyond it, relative to the largest value, rounding is no explanation. */
const tolerance = 1e-3;

/**
 * @param model The ONNX file.
 * @throws RuntimeFailureError where a runtime cannot run its network, or both answer differently.
 */
export async function compareRuntimes(
  tf: Tensorflow,
  network: TensorflowModel,
  model: Uint8Array,
  runtime: LoadedRuntime,
): Promise<RuntimeComparison> {
  const { program, classes, droppedSoftmax } = network.lowered;
  const rowShape = program.inputs[0]?.rowShape ?? [];
  const random = seededRandom(1);
  const input = Float32Array.from({ length: rows * rowSize(rowShape) }, () => random() * 2 - 1);
  const expected = await runTensorflow(tf, network, input, [rows, ...rowShape]);
  const logits = await runOnnx(runtime, model, channelsFirst(input, rowShape), rowShape);
  const actual = droppedSoftmax ? softmax(logits, classes) : logits;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  let largestDifference = 0;
  for (const [index, value] of expected.entries()) {
    const difference = Math.abs((actual[index] ?? Number.NaN) - value);
    // The comparison is written so that what is no number fails it.
    if (!(difference <= tolerance * largest)) {
      throw new RuntimeFailureError(
        `the ONNX model gives ${actual[index]} where TensorFlow.js gives ${value} (row ${Math.floor(index / classes)}, class ${index % classes}), so nothing ` +
          'was written. A network whose values leave the range of float32 does that; --no-check converts it all the same.',
      );
    }
    largestDifference = Math.max(largestDifference, difference);
  }
  return {
    rows,
    values: droppedSoftmax ? 'probabilities' : 'logits',
    largestDifference,
    tensorflow: `TensorFlow.js ${tf.version_core} ${tf.getBackend()}`,
    onnxRuntime: runtime.name,
  };
}

async function runTensorflow(
  tf: Tensorflow,
  network: TensorflowModel,
  data: Float32Array,
  shape: readonly number[],
): Promise<Float32Array> {
  const input = tf.tensor(data, [...shape], 'float32');
  try {
    const output = network.run(input);
    const values = Float32Array.from(await output.data());
    output.dispose();
    return values;
  } catch (cause) {
    throw new RuntimeFailureError(
      `TensorFlow.js cannot run the network for the comparison: ${(cause as Error).message}. --no-check converts without comparing.`,
      { cause },
    );
  } finally {
    input.dispose();
  }
}

async function runOnnx(
  { ort, wholeSettings }: LoadedRuntime,
  model: Uint8Array,
  data: Float32Array,
  rowShape: readonly number[],
): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(model, wholeSettings.sessionOptions ?? {});
  try {
    const dims = [rows, ...(rowShape.length === 3 ? [rowShape[2], rowShape[0], rowShape[1]] : rowShape)] as number[];
    const { logits } = await session.run({ input: new ort.Tensor('float32', data, dims) });
    return Float32Array.from(logits?.data as Float32Array);
  } finally {
    await session.release();
  }
}

/** `[rows, height, width, channels]` -> `[rows, channels, height, width]`; other rows stay. */
function channelsFirst(data: Float32Array, rowShape: readonly number[]): Float32Array {
  if (rowShape.length !== 3) return data;
  const [height, width, channels] = rowShape as [number, number, number];
  const plane = height * width;
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const start = row * plane * channels;
    for (let place = 0; place < plane; place++) {
      for (let channel = 0; channel < channels; channel++) {
        result[start + channel * plane + place] = data[start + place * channels + channel] as number;
      }
    }
  }
  return result;
}
