// Makes a bundle of a LayersModel in memory and rows. It runs on ONNX Runtime too. No file is written.

import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { onnxBackend } from '@ztw/runtime-onnx';
import { layersModelProgram, tensorflowKernels } from '@ztw/runtime-tfjs';
import type { LabelledRows } from '@ztw/training';
import { type TrainedBundle, trainBundle } from '@ztw/training/onnx';
import * as ort from 'onnxruntime-web';

export async function fromLayersModel(model: LayersModel, data: LabelledRows): Promise<TrainedBundle> {
  return trainBundle({
    onnx: onnxBackend({ ort }),
    kernels: tensorflowKernels(tf),
    networks: [{ ...(await layersModelProgram(model)), cuts: { kind: 'count', count: 2 } }],
    data,
  });
}
