import type { OnnxBackend, OpenNetwork } from './onnx-backend.ts';
import type { OnnxNetwork } from './onnx-network.ts';

/**
 * Opens an uncut network with the threads of its stages. All measured times are compared with it.
 * @throws InvalidModelError, RuntimeFailureError for a network that does not load.
 */
export function openWholeNetwork(
  { bytes, analysis, output }: OnnxNetwork,
  onnx: Pick<OnnxBackend, 'whole'>,
): Promise<OpenNetwork> {
  const { classes, input, batch } = analysis;
  return onnx.whole({ bytes, inputShape: input.rowShape, classes, input: input.name, output, batch });
}
