import { UnsupportedModelError } from '@ztw/core';
import { type CompiledNetwork, type CompileNetworkOptions, compileNetwork } from '@ztw/onnx-graph';

/**
 * Compiles a network. For both runtimes, it is compiled for ONNX Runtime alone if TensorFlow.js lacks an operator.
 * @param onMissing Receives the operator that TensorFlow.js lacks.
 * @throws UnsupportedModelError for such an operator, where only TensorFlow.js was asked for.
 */
export function compileStages(options: CompileNetworkOptions, onMissing: (reason: string) => void): CompiledNetwork {
  try {
    return compileNetwork(options);
  } catch (error) {
    if (!UnsupportedModelError.isInstance(error) || options.runtimes !== 'both') throw error;
    onMissing(error.message);
    return compileNetwork({ ...options, runtimes: 'onnx' });
  }
}
