// The two runtimes, each loaded when it is first chosen.

import type { ClassifierRuntime } from 'ztw';

export type RuntimeName = 'onnx' | 'tfjs';

/** Names for people. */
export const runtimeNames: Readonly<Record<RuntimeName, string>> = { onnx: 'ONNX Runtime', tfjs: 'TensorFlow.js' };

export async function openRuntime(name: RuntimeName): Promise<ClassifierRuntime> {
  switch (name) {
    case 'onnx':
      return (await import('./onnx-runtime.ts')).openOnnxRuntime();
    case 'tfjs':
      return (await import('./tensorflow-runtime.ts')).openTensorflowRuntime();
  }
}
