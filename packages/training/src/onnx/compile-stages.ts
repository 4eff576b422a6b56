import { UnsupportedModelError } from '@ztw/core';
import { type CompiledNetwork, type CompileNetworkOptions, compileNetwork } from '@ztw/onnx-graph';

/**
 * Compiles a network for ONNX Runtime, and for TensorFlow.js too where that has all of the network's operators.
 * @param onMissing Is told which operator TensorFlow.js lacks.
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
