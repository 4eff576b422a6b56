import type { FuzzTarget } from '../target.ts';
import { checkpoints } from './checkpoints.ts';
import { command } from './command.ts';
import { archives, cifar, idx, images, labels, npy } from './data-files.ts';
import { heads } from './heads.ts';
import { manifest } from './manifest.ts';
import { graphModels, layersModels } from './model-json.ts';
import { onnx } from './onnx.ts';
import { profiles } from './profiles.ts';
import { safetensors } from './safetensors.ts';
import { onnxPrograms, tensorflowPrograms } from './stage-programs.ts';
import { trainingMessages } from './training-messages.ts';
import { workerMessages } from './worker-messages.ts';

/** All fuzzers, in the order of the table. */
export const targets: readonly FuzzTarget[] = [
  onnx,
  manifest,
  safetensors,
  heads,
  tensorflowPrograms,
  onnxPrograms,
  layersModels,
  graphModels,
  checkpoints,
  profiles,
  workerMessages,
  trainingMessages,
  images,
  archives,
  idx,
  npy,
  cifar,
  labels,
  command,
];
