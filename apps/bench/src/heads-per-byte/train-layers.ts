// Trains dense layers on fixed features with Adam, and measures their accuracy.

import * as tf from '@tensorflow/tfjs-core';
import { seededRandom } from '@ztw/heads';

export interface Rows {
  /** `[rows, width]`, each feature with mean 0 and variance 1 over the training rows. */
  readonly features: Float32Array;
  readonly width: number;
  readonly labels: Int32Array;
}

/** A trained dense layer: `weight` is `[inputs, outputs]`. */
export interface DenseValues {
  readonly inputs: number;
  readonly outputs: number;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

export interface TrainLayersOptions {
  readonly training: Rows;
  readonly test: Rows;
  readonly classes: number;
  /** Widths of hidden layers, each followed by ReLU. */
  readonly hidden: readonly number[];
  /** The last layer, which is not trained; null: an own one is. */
  readonly frozen: DenseValues | null;
  readonly seed: number;
}

export interface TrainedLayers {
  /** Share of test rows. */
  readonly accuracy: number;
  readonly last: DenseValues;
  /** Number of values that this head alone holds. */
  readonly ownParameters: number;
}

const epochs = 8;
const batch = 100;
const learningRate = 0.002;

/** Hidden layers and a last one, trained with cross-entropy. */
export function trainLayers(options: TrainLayersOptions): TrainedLayers {
  const { training, test, classes, hidden, frozen, seed } = options;
  const random = seededRandom(seed);
  const widths = [training.width, ...hidden, ...(frozen === null ? [classes] : [])];
  const layers = widths.slice(1).map((outputs, index) => {
    const inputs = widths[index] as number;
    const bound = Math.sqrt(3 / inputs);
    const values = Float32Array.from({ length: inputs * outputs }, () => bound * (2 * random() - 1));
    return [tf.variable(tf.tensor2d(values, [inputs, outputs])), tf.variable(tf.zeros([outputs]))] as const;
  });
  const last =
    frozen === null
      ? null
      : ([tf.tensor2d(frozen.weight, [frozen.inputs, frozen.outputs]), tf.tensor1d(frozen.bias)] as const);
  const all = [...layers, ...(last === null ? [] : [last])];
  const forward = (input: tf.Tensor2D): tf.Tensor2D =>
    all.reduce<tf.Tensor2D>((value, [weight, bias], index) => {
      const output = tf.add(tf.matMul(value, weight as tf.Tensor2D), bias) as tf.Tensor2D;
      return index === all.length - 1 ? output : tf.relu(output);
    }, input);
  const optimiser = tf.train.adam(learningRate);
  const order = Int32Array.from({ length: training.labels.length }, (_unused, row) => row);
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    for (let start = 0; start + batch <= order.length; start += batch) {
      tf.tidy(() => {
        const rows = order.subarray(start, start + batch);
        const input = gather(training, rows);
        const targets = tf.oneHot(
          tf.tensor1d(
            rows.map((row) => training.labels[row] as number),
            'int32',
          ),
          classes,
        );
        optimiser.minimize(() => {
          const logProbabilities = tf.logSoftmax(forward(input));
          return tf.neg(tf.mean(tf.sum(tf.mul(logProbabilities, targets), 1))) as tf.Scalar;
        });
      });
    }
  }
  const accuracy = tf.tidy(() => {
    const input = tf.tensor2d(test.features, [test.labels.length, test.width]);
    const answers = tf.argMax(forward(input), 1).dataSync();
    return test.labels.filter((label, row) => answers[row] === label).length / test.labels.length;
  });
  const [weight, bias] = (all.at(-1) ?? []) as unknown as [tf.Tensor2D, tf.Tensor1D];
  const result = {
    accuracy,
    last: {
      inputs: weight.shape[0],
      outputs: weight.shape[1],
      weight: weight.dataSync() as Float32Array,
      bias: bias.dataSync() as Float32Array,
    },
    ownParameters: layers.reduce((sum, [weights, biases]) => sum + weights.size + biases.size, 0),
  };
  optimiser.dispose();
  tf.dispose(all as never);
  return result;
}

function gather({ features, width }: Rows, rows: Int32Array): tf.Tensor2D {
  const values = new Float32Array(rows.length * width);
  for (const [place, row] of rows.entries())
    values.set(features.subarray(row * width, (row + 1) * width), place * width);
  return tf.tensor2d(values, [rows.length, width]);
}

function shuffle(order: Int32Array, random: () => number): void {
  for (let place = order.length - 1; place > 0; place--) {
    const other = Math.floor(random() * (place + 1));
    [order[place], order[other]] = [order[other] as number, order[place] as number];
  }
}
