// A small network with reproducible weights: four dense layers, with an IC after every one but the last.

import type { RowShape } from '../contract/tensor.ts';
import { rowSize } from '../numeric/rows.ts';
import type { ReferenceHead, ReferenceNetwork, ReferenceSegment } from './reference-network.ts';
import { seededValues } from './seeded-values.ts';

export interface SeededNetworkOptions {
  readonly name: string;
  readonly seed: number;
  readonly classes: number;
  /** Whether each IC but the first sees the logits of the one before. */
  readonly cascade: boolean;
  /** Whether the first IC also sees logits: those of the network before it in a chain. */
  readonly followsNetwork: boolean;
  /** Factor on the ICs' dense weights: larger weights make the predictions more confident. */
  readonly confidence: number;
  /** Whether there are cuts and ICs; false gives one final stage. */
  readonly internalClassifiers: boolean;
}

/** The defaults of `seededNetwork`. */
export const seededNetworkDefaults: SeededNetworkOptions = {
  name: 'seeded',
  seed: 1,
  classes: 4,
  cascade: true,
  followsNetwork: false,
  confidence: 3,
  internalClassifiers: true,
};

/** Shape of one input row of a seeded network: channels, height, width. */
export const seededInputShape: RowShape = [2, 6, 6];

/** Widths of the features at the three cuts. */
const cutWidths = [36, 24, 12] as const;

/**
 * A network of four segments, `[2, 6, 6]` -> `[36]` -> `[24]` -> `[12]` -> `[classes]`, and three ICs.
 * Networks with the same seed and number of classes have the same backbone, whatever the other options.
 */
export function seededNetwork(options: Partial<SeededNetworkOptions> = {}): ReferenceNetwork {
  const { name, seed, classes, cascade, followsNetwork, confidence, internalClassifiers } = {
    ...seededNetworkDefaults,
    ...options,
  };
  const widths = [rowSize(seededInputShape), ...cutWidths];
  const segments = widths.map((inputs, index): ReferenceSegment => {
    const width = widths[index + 1];
    return width === undefined
      ? { name: 'final', ...denseLayer(inputs, classes, seed + index, 1) }
      : { name: `dense${index}`, ...withRelu(denseLayer(inputs, width, seed + index, 1)) };
  });
  const labels = Array.from({ length: classes }, (_, label) => `class ${label}`);
  const about = { name, classes, labels, inputShape: seededInputShape };
  if (!internalClassifiers) return { ...about, segments: [joined(segments)], heads: [] };
  const heads = cutWidths.map((width, index) =>
    headOf(width, classes, index === 0 ? followsNetwork : cascade, seed + 10 + index, confidence),
  );
  return { ...about, segments, heads };
}

type DenseLayer = Omit<ReferenceSegment, 'name'>;

/** `W x + b`, with uniform weights that preserve the scale of the activations, times `gain`. */
function denseLayer(inputs: number, outputs: number, seed: number, gain: number): DenseLayer {
  const weight = seededValues(seed, outputs * inputs, gain * Math.sqrt(6 / inputs)); // [outputs, inputs]
  const bias = seededValues(seed + 100, outputs, 0.1);
  return {
    macs: inputs * outputs,
    run(features, rows) {
      const result = new Float32Array(rows * outputs);
      for (let row = 0; row < rows; row++) {
        for (let output = 0; output < outputs; output++) {
          let sum = bias[output] as number;
          for (let input = 0; input < inputs; input++) {
            sum += (weight[output * inputs + input] as number) * (features[row * inputs + input] as number);
          }
          result[row * outputs + output] = sum;
        }
      }
      return result;
    },
  };
}

function withRelu({ macs, run }: DenseLayer): DenseLayer {
  return { macs, run: (features, rows) => run(features, rows).map((value) => Math.max(0, value)) };
}

/** One segment that runs several segments in sequence. */
function joined(segments: readonly ReferenceSegment[]): ReferenceSegment {
  return {
    name: 'final',
    macs: segments.reduce((sum, segment) => sum + segment.macs, 0),
    run: (input, rows) => segments.reduce((features, segment) => segment.run(features, rows), input),
  };
}

/** An IC: one dense layer over the features, followed by the previous logits if there is a cascade. */
function headOf(width: number, classes: number, cascade: boolean, seed: number, confidence: number): ReferenceHead {
  const { macs, run } = denseLayer(cascade ? width + classes : width, classes, seed, confidence);
  return {
    macs,
    usesPreviousLogits: cascade,
    run: (features, rows, previousLogits) =>
      run(previousLogits === null ? features : sideBySide(features, previousLogits, rows), rows),
  };
}

/** `[rows, left + right]` */
function sideBySide(left: Float32Array, right: Float32Array, rows: number): Float32Array {
  const [leftWidth, rightWidth] = [left.length / rows, right.length / rows];
  const joint = new Float32Array(left.length + right.length);
  for (let row = 0; row < rows; row++) {
    const start = row * (leftWidth + rightWidth);
    joint.set(left.subarray(row * leftWidth, (row + 1) * leftWidth), start);
    joint.set(right.subarray(row * rightWidth, (row + 1) * rightWidth), start + leftWidth);
  }
  return joint;
}
