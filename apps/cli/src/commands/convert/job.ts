// The job of `ztw convert`: a TensorFlow.js network becomes an ONNX model, which the other commands read.

import { basename, dirname, resolve } from 'node:path';
import type { RowShape } from '@ztw/core';
import { about, throwIfAborted } from '@ztw/core/runtime';
import { programToOnnx } from '@ztw/onnx-graph';
import type { JobContext } from '../../program/job-context.ts';
import { loadRuntime, type RuntimeOptions } from '../../runtime/onnx-runtime.ts';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import { assertOutputFile, writeOutputFile } from '../../storage/index.ts';
import { compareRuntimes, type RuntimeComparison } from './compare-runtimes.ts';
import { readModelFile, type TensorflowModelKind } from './model-file.ts';
import { openTensorflowNetwork } from './open-tensorflow-network.ts';

export interface ConvertJobOptions {
  /** `model.json`, or the folder that holds it. */
  readonly model: string;
  readonly out: string;
  readonly overwrite: boolean;
  /** Shape of one row, channels first, where a GraphModel leaves a size open; else null. */
  readonly inputShape: RowShape | null;
  /** Whether both networks are run and compared. */
  readonly check: boolean;
  readonly runtime: RuntimeOptions;
}

/** What was converted; JSON-safe. */
export interface ConvertResult {
  readonly file: string;
  readonly bytes: number;
  readonly kind: TensorflowModelKind;
  readonly name: string;
  /** Layers of a LayersModel, nodes of a GraphModel. */
  readonly layers: number;
  readonly parameters: number;
  /** MACs (conv + matmul) per row. */
  readonly macs: number;
  /** Row shape of the ONNX model's input, channels first. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** Whether a final softmax was omitted, so that the ONNX model returns logits. */
  readonly droppedSoftmax: boolean;
  /** null if the check was turned off. */
  readonly comparison: RuntimeComparison | null;
}

/**
 * @throws InvalidInputError if the output file exists, or there is no network; InvalidModelError for a damaged or
 *   foreign one; UnsupportedModelError naming a layer that cannot be converted; RuntimeFailureError where both networks
 *   answer differently; StorageError; AbortedError once the signal has fired. Nothing is written then.
 */
export async function convertJob(options: ConvertJobOptions, { signal, onNote }: JobContext): Promise<ConvertResult> {
  const { out, overwrite } = options;
  await assertOutputFile(out, { overwrite });
  return about(options.model, async () => {
    const file = await readModelFile(options.model);
    const tf = await loadTensorflow();
    const network = await openTensorflowNetwork({
      tf,
      file,
      name: basename(dirname(resolve(file.path))),
      inputShape: options.inputShape,
    });
    try {
      const { program, weights, ...facts } = network.lowered;
      const { name, layers, parameters, macs, classes, droppedSoftmax } = facts;
      const metadata = {
        'ztw.source': `TensorFlow.js ${file.kind} ${name}`,
        'ztw.output': droppedSoftmax ? 'logits of the softmax that the network ends in' : "the network's own output",
      };
      const model = programToOnnx(program, weights, { name, metadata });
      throwIfAborted(signal, 'conversion');
      const comparison = options.check
        ? await compareRuntimes(tf, network, model, await loadRuntime({ ...options.runtime, onNote }))
        : null;
      throwIfAborted(signal, 'conversion');
      await writeOutputFile(out, model, { overwrite });
      const [first = 0, second = 0, channels] = program.inputs[0]?.rowShape ?? [];
      return {
        file: out,
        bytes: model.length,
        kind: file.kind,
        name,
        layers,
        parameters,
        macs,
        inputShape: channels === undefined ? (program.inputs[0]?.rowShape ?? []) : [channels, first, second],
        classes,
        droppedSoftmax,
        comparison,
      };
    } finally {
      network.dispose();
    }
  });
}
