// The tests train with the kernels of the TensorFlow.js runtime. The package itself imports no runtime.

import { tensorflowOn } from '../../../runtime-tfjs/src/__fixtures__/backends.ts';
import { tensorflowKernels } from '../../../runtime-tfjs/src/kernels/tensorflow-kernels.ts';
import type { MathKernels } from '@ztw/core/runtime';

/** Kernels of TensorFlow.js on one backend. */
export async function kernelsOn(backend: Parameters<typeof tensorflowOn>[0]): Promise<MathKernels> {
  return tensorflowKernels(await tensorflowOn(backend));
}
