// A folder that Triton Inference Server, alone or under KServe, loads as one model of its repository.

import { type BundleManifest, manifestInputShape, storedOperatingPoint } from '@ztw/bundle';
import { type PolicyKind, policyKinds } from '@ztw/core';
import type { SingleFileForm } from '@ztw/onnx-graph';

export interface TritonModelOptions {
  readonly name: string;
  readonly manifest: BundleManifest;
  readonly form: SingleFileForm;
  /** Policy kind of the model. */
  readonly policy: PolicyKind;
  /** The exported network. */
  readonly model: Uint8Array;
  /** Largest batch of the server; unused for `nested-if`. */
  readonly maxBatch: number;
}

/** Longest time that a request may wait for others to share its batch. */
const queueMicroseconds = 500;

/**
 * Files of the model's folder: `config.pbtxt`, `1/model.onnx`, `labels.txt` where the bundle has labels, and `ztw.json`
 * with what a client needs: preprocessing and calibrated thresholds.
 * @returns contents by name.
 */
export function tritonModel(options: TritonModelOptions): ReadonlyMap<string, Uint8Array> {
  const { manifest, model, policy } = options;
  const { method, labels, preprocessing } = manifest;
  const facts = {
    format: 'ztw-triton-model',
    version: 1,
    method,
    labels,
    preprocessing,
    ...(policy === policyKinds.confidence ? {} : { policy: policy.kind }),
    operatingPoints: manifest.operatingPoints.map(storedOperatingPoint),
  };
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  return new Map([
    ['config.pbtxt', text(tritonConfig(options))],
    ['1/model.onnx', model],
    ...(labels === null ? [] : [['labels.txt', text(`${labels.join('\n')}\n`)] as const]),
    ['ztw.json', text(`${JSON.stringify(facts, null, 2)}\n`)],
  ]);
}

/**
 * The model's configuration. Triton adds the batch axis to all shapes by itself where it may batch; then every tensor
 * has one line per row, thresholds too, so that requests with different thresholds can share a batch.
 */
function tritonConfig({ name, manifest, form, policy, maxBatch }: TritonModelOptions): string {
  const { classes, labels } = manifest;
  const batches = form === 'batch-if';
  const score =
    policy === policyKinds.confidence
      ? 'its largest probability is greater'
      : `its ${policy.kind} is ${policy.comparisons[0]} this`;
  const shape = (dims: readonly number[]): string => `[ ${(batches ? dims : [1, ...dims]).join(', ')} ]`;
  const labelled = labels === null ? '' : '\n    label_filename: "labels.txt"';
  // One number per row: a shape without axes must be spelled as one of size 1.
  const exitShape = batches ? '[ 1 ]\n    reshape: { shape: [ ] }' : '[ 1 ]';
  return `name: ${JSON.stringify(name)}
backend: "onnxruntime"
max_batch_size: ${batches ? maxBatch : 0}
input [
  {
    name: "input"
    data_type: TYPE_FP32
    dims: ${shape(manifestInputShape(manifest))}
  },
  {
    # A row leaves at the first exit where ${score}: one value, or one per exit but the last.
    name: "threshold"
    data_type: TYPE_FP32
    dims: ${shape([-1])}
  }
]
output [
  {
    name: "probabilities"
    data_type: TYPE_FP32
    dims: ${shape([classes])}${labelled}
  },
  {
    name: "exit"
    data_type: TYPE_INT64
    dims: ${exitShape}
  }
]
${batches ? `dynamic_batching {\n  max_queue_delay_microseconds: ${queueMicroseconds}\n}\n` : ''}`;
}
