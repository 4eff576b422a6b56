// Makes a bundle of an ONNX network and rows.

import { readFile } from 'node:fs/promises';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { onnxBackend } from '@ztw/runtime-onnx';
import { tensorflowKernels } from '@ztw/runtime-tfjs';
import type { LabelledRows } from '@ztw/training';
import { type TrainedBundle, trainBundle } from '@ztw/training/onnx';
import * as ort from 'onnxruntime-web';

const network = new URL('../../../models/fashion-resnet20.onnx', import.meta.url);

export async function fromOnnx(data: LabelledRows): Promise<TrainedBundle> {
  await tf.setBackend('wasm');
  return trainBundle({
    onnx: onnxBackend({ ort }),
    kernels: tensorflowKernels(tf),
    networks: [{ name: 'fashion-resnet20', bytes: await readFile(network), cuts: { kind: 'count', count: 2 } }],
    data,
  });
}
