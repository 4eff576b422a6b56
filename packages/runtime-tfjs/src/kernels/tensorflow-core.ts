/**
 * The TensorFlow.js module that a caller passes in, with its backend already set: `@tensorflow/tfjs-core`, or
 * `@tensorflow/tfjs`, which contains it. This package does not import it, so that the only engine is the caller's.
 */
export type TensorflowCore = Pick<
  typeof import('@tensorflow/tfjs-core'),
  'backend_util' | 'engine' | 'getKernel' | 'registerKernel' | 'tensor' | 'tidy'
>;
