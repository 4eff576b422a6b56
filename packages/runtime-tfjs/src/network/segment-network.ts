// A network of TensorFlow.js as the frozen backbone for training.

import type { Tensor } from '@tensorflow/tfjs-core';
import { type InputValues, InvalidInputError } from '@ztw/core';
import {
  checkInputBatch,
  decodeFloat16,
  denseInputs,
  encodeFloat16,
  type FeatureRows,
  type SegmentedBackbone,
  type SegmentOutput,
  UseGuard,
} from '@ztw/core/runtime';
import type { NetworkCut, SegmentOptions } from '@ztw/heads';
import { splitPrefix } from '@ztw/heads';
import type { OpenProgram } from '../inference/open-program.ts';
import type { TensorflowInference } from '../inference/tensorflow-inference.ts';
import { networkLogits } from './network-logits.ts';
import { openHead } from './open-head.ts';
import { toChannelsFirst, toChannelsLast } from './row-layout.ts';
import type { TensorflowNetwork } from './tensorflow-network.ts';

export interface SegmentNetworkOptions extends SegmentOptions {
  readonly tf: TensorflowInference;
  readonly network: TensorflowNetwork;
}

/**
 * Makes a backbone of a network, for `trainInternalClassifiers`. Input rows are channels first, as for every runtime.
 * @throws InvalidInputError for heads that do not fit the cuts.
 */
export function segmentNetwork(options: SegmentNetworkOptions): SegmentedBackbone {
  const { tf, network, cuts, heads, newClasses, precision = 'float16' } = options;
  if (
    heads.length !== cuts.length ||
    cuts.some((cut, index) => cut.rowShape.join() !== heads[index]?.inputShape.join())
  ) {
    throw new InvalidInputError(
      `Expected one head per cut that reads its features; received ${heads.length} heads that do not fit the ${cuts.length} cuts. ` +
        'Make the heads for these cuts.',
      {
        expected: cuts.map(({ rowShape }) => rowShape),
        received: heads.map(({ inputShape }) => inputShape),
        path: 'heads',
      },
    );
  }
  const splits = heads.map(splitPrefix);
  const prefixes = splits.map(({ prefix }, index): OpenProgram | null => {
    const { name, rowShape } = cuts[index] as NetworkCut;
    const what = `prefix "${name}"`;
    return prefix.length === 0 ? null : openHead({ tf, layers: prefix, parameters: {}, inputShape: rowShape, what });
  });
  const guard = new UseGuard(`The backbone "${network.name}"`);
  const classes = newClasses ?? network.classes;

  const store = async (tensor: Tensor): Promise<FeatureRows> => {
    try {
      const values = (await tensor.data()) as Float32Array;
      return precision === 'float16' ? encodeFloat16(values) : Float32Array.from(values);
    } finally {
      tensor.dispose();
    }
  };

  const run = async (segment: number, inputs: readonly InputValues[], rows: number): Promise<SegmentOutput> => {
    if (!Number.isInteger(segment) || segment < 0 || segment > cuts.length) {
      throw new InvalidInputError(
        `Expected a segment from 0 to ${cuts.length}; received ${segment}. There is one segment more than cuts.`,
        { expected: `0..${cuts.length}`, received: segment },
      );
    }
    if (segment === cuts.length && newClasses !== undefined) {
      return { boundary: [], cached: null, logits: new Float32Array(rows * classes) };
    }
    const output = runSegment(tf, options, segment, inputs, rows);
    if (segment === cuts.length) {
      const logits = networkLogits(tf, network, output);
      try {
        return { boundary: [], cached: null, logits: Float32Array.from((await logits.data()) as Float32Array) };
      } finally {
        logits.dispose();
      }
    }
    const features = toChannelsFirst(tf, output);
    const prefix = prefixes[segment] ?? null;
    if (prefix === null) output.dispose();
    const cached = prefix === null ? null : prefix.run([output], null, rows).logits;
    const boundary = [await store(features)];
    return { boundary, cached: cached === null ? null : await store(cached), logits: null };
  };

  return {
    specificationVersion: 'v2',
    classes,
    inputs: denseInputs(network.inputShape),
    cuts: cuts.map(({ name, rowShape, macs }, index) => ({
      name,
      boundaryShapes: [rowShape],
      cachedShape: splits[index]?.cachedShape ?? rowShape,
      cumulativeMacs: macs,
    })),
    backboneMacs: newClasses === undefined ? network.backboneMacs : (cuts.at(-1)?.macs ?? network.backboneMacs),
    precision,
    preferredBatch: options.preferredBatch ?? 32,
    runSegment: (segment, inputs, rows) => guard.use(() => run(segment, inputs, rows)),
    [Symbol.asyncDispose]: () =>
      guard.dispose(async () => {
        for (const prefix of prefixes) prefix?.release();
      }),
  };
}

function runSegment(
  tf: TensorflowInference,
  { network, cuts }: SegmentNetworkOptions,
  segment: number,
  [stored]: readonly InputValues[],
  rows: number,
): Tensor {
  const before = cuts[segment - 1] ?? null;
  const data =
    stored instanceof Uint16Array
      ? decodeFloat16(stored)
      : ((stored as Float32Array | undefined)?.slice() ?? new Float32Array());
  const rowShape = before?.rowShape ?? network.inputShape;
  checkInputBatch({ data, rows }, denseInputs(rowShape));
  const first = tf.tensor(data, [rows, ...rowShape], 'float32');
  const input = toChannelsLast(tf, first);
  first.dispose();
  try {
    return network.run(before?.name ?? null, cuts[segment]?.name ?? null, input);
  } finally {
    input.dispose();
  }
}
