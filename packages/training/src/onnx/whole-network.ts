import type { OnnxBackend, OpenNetwork } from './onnx-backend.ts';
import type { OnnxNetwork } from './onnx-network.ts';

/**
 * Opens a network uncut, with the threads that its stages get: the yardstick of every measured time.
 * @throws InvalidModelError, RuntimeFailureError for one that does not load.
 */
export function openWholeNetwork(
  { bytes, analysis, output }: OnnxNetwork,
  onnx: Pick<OnnxBackend, 'whole'>,
): Promise<OpenNetwork> {
  const { classes, input, batch } = analysis;
  return onnx.whole({ bytes, inputShape: input.rowShape, classes, input: input.name, output, batch });
}
