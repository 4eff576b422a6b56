import { UnsupportedModelError } from '@ztw/core';
import { type CompiledNetwork, type CompileNetworkOptions, compileNetwork } from '@ztw/onnx-graph';

/**
 * Compiles a network for ONNX Runtime, and for TensorFlow.js too where that has all of the network's operators.
 * @param onNote Is told which operator is missing.
 */
export function compileStages(options: CompileNetworkOptions, onNote: (text: string) => void): CompiledNetwork {
  try {
    return compileNetwork({ ...options, programs: true });
  } catch (error) {
    if (!UnsupportedModelError.isInstance(error)) throw error;
    onNote(`Note: the bundle will run on ONNX Runtime alone. ${error.message}.`);
    return compileNetwork(options);
  }
}
