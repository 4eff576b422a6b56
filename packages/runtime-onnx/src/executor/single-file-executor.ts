// Runs a network whose exits, cascade and ensemble are all in one ONNX file.

import { type NamedInputBatch, type PolicyKind, type RowShape, RuntimeFailureError } from '@ztw/core';
import {
  checkInputBatch,
  classificationOfAnswers,
  type DescribedNetwork,
  denseInputs,
  firstNotFinite,
  letEventsIn,
  namedInput,
  sliceInput,
  throwIfAborted,
  UseGuard,
} from '@ztw/core/runtime';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { openSession } from '../ort/ort-session.ts';
import { type Executor, policyToExecute } from './executor.ts';
import { limitValues } from './limit-values.ts';

export interface SingleFileExecutorOptions {
  readonly ort: OnnxRuntime;
  readonly settings: SessionSettings;
  readonly kind: 'nested-if' | 'batch-if';
  /** The kind of policy that the file holds. */
  readonly policyKind: PolicyKind;
  /** The file, as `exportBundle` of `@ztw/onnx-graph` writes it. */
  readonly bytes: Uint8Array;
  readonly network: DescribedNetwork;
  readonly inputShape: RowShape;
  /** Rows that run together; 1 for `nested-if`. */
  readonly batchSize: number;
}

/** Answers of some rows: `[rows, classes]` and `[rows]`. */
interface PartialAnswers {
  readonly probabilities: Float32Array;
  readonly exits: BigInt64Array;
}

/** @throws RuntimeFailureError when ONNX Runtime refuses the file. */
export async function singleFileExecutor(options: SingleFileExecutorOptions): Promise<Executor> {
  const { ort, settings, kind, policyKind, bytes, network, inputShape, batchSize } = options;
  const { classes, stages } = network;
  const guard = new UseGuard(`The ${kind} executor`);
  const session = await openSession(ort, bytes, settings, `the ${kind} file`);
  const inputs = denseInputs(inputShape);

  async function run(input: NamedInputBatch, thresholds: Float32Array): Promise<PartialAnswers> {
    const feeds = {
      input: new ort.Tensor('float32', input.inputs.input?.data as Float32Array, [input.rows, ...inputShape]),
      // A file without an early exit does not use the thresholds, but still has this input.
      threshold: new ort.Tensor('float32', thresholds, [1, thresholds.length]),
    };
    const results = await session.run(feeds, ['probabilities', 'exit']);
    const probabilities = results.probabilities?.data;
    const exits = results.exit?.data;
    if (!(probabilities instanceof Float32Array) || !(exits instanceof BigInt64Array)) {
      throw new RuntimeFailureError(
        `Expected float32 probabilities and int64 exits from the ${kind} file; received ` +
          `${results.probabilities?.type} and ${results.exit?.type}. Export the bundle again.`,
        {
          expected: { probabilities: 'float32', exit: 'int64' },
          received: { probabilities: results.probabilities?.type, exit: results.exit?.type },
        },
      );
    }
    if (firstNotFinite(probabilities) >= 0) {
      throw new RuntimeFailureError(
        `Expected finite probabilities from the ${kind} file; received NaN. Check the network's weights and the range of the input.`,
        { expected: 'finite probabilities', received: Number.NaN },
      );
    }
    return { probabilities, exits };
  }

  return {
    kind,
    network,
    inputs,
    classify: (input, options) =>
      guard.use(async () => {
        const { rows } = input;
        const named = rows === 0 ? namedInput(input, inputs) : checkInputBatch(input, inputs);
        const limits = limitValues(policyToExecute(options), policyKind, stages.length);
        const probabilities = new Float32Array(rows * classes);
        const exits = new Int32Array(rows);
        for (let start = 0; start < rows; start += batchSize) {
          await letEventsIn(options.signal);
          throwIfAborted(options.signal, 'classification');
          const count = Math.min(batchSize, rows - start);
          const part = await run(sliceInput(named, start, start + count), limits);
          probabilities.set(part.probabilities, start * classes);
          exits.set(Int32Array.from(part.exits, Number), start);
        }
        return classificationOfAnswers(network, { probabilities, exits });
      }),
    [Symbol.asyncDispose]: () => guard.dispose(() => session.release()),
  };
}
