// The form of release 0.1, for comparison: every form of a stage holds all its values, and a further file those of the
// heads.

import { type Bundle, type BundleStage, bundleFiles, wholeStageModel } from '@ztw/bundle';
import { emitStageProgram } from '@ztw/onnx-graph';

/** @param files The files of the bundle, for ONNX Runtime. @returns all files of the other form. */
export async function repeatedValues(
  bundle: Bundle,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { format: _format, version: _version, weights: _none, files: _listed, networks, ...content } = bundle.manifest;
  const written = new Map<string, Uint8Array>();
  const repeated = networks.map((network) => {
    let inputOrders: readonly (readonly number[])[] = [];
    const stages = network.stages.map(({ weights: _weights, program: _program, ...stage }, index): BundleStage => {
      const bytes = wholeStageModel(network.stages[index] as BundleStage, files);
      const { steps, weights, outputOrders } = emitStageProgram(bytes, { inputOrders });
      inputOrders = outputOrders;
      const program = { steps: `${stage.model}.json`, weights: `${stage.model}.safetensors` };
      written
        .set(stage.model as string, bytes)
        .set(program.steps, steps)
        .set(program.weights, weights);
      return { ...stage, program };
    });
    return { ...network, stages };
  });
  return bundleFiles({ manifest: { ...content, networks: repeated }, files: written, heads: await bundle.heads() });
}
