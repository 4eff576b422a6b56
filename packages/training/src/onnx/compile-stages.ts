import { UnsupportedModelError } from '@ztw/core';
import { type CompiledNetwork, type CompileNetworkOptions, compileNetwork } from '@ztw/onnx-graph';

/**
 * Compiles a network for ONNX Runtime, and also for TensorFlow.js if that has all operators of the network.
 * @param onMissing Receives the operator that TensorFlow.js lacks.
 */
export function compileStages(options: CompileNetworkOptions, onMissing: (reason: string) => void): CompiledNetwork {
  try {
    return compileNetwork({ ...options, programs: true });
  } catch (error) {
    if (!UnsupportedModelError.isInstance(error)) throw error;
    onMissing(error.message);
    return compileNetwork(options);
  }
}
