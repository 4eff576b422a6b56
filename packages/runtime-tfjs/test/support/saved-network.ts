import type { io } from '@tensorflow/tfjs-core';

export interface SavedNetwork {
  /** The content of model.json. */
  readonly json: Record<string, unknown>;
  readonly weightData: ArrayBuffer;
}

/** A network as TensorFlow.js saves it. */
export async function savedNetwork(network: { save(handler: io.IOHandler): Promise<unknown> }): Promise<SavedNetwork> {
  let saved: SavedNetwork | null = null;
  const save = async ({
    format,
    modelTopology,
    weightSpecs,
    weightData,
  }: io.ModelArtifacts): Promise<io.SaveResult> => {
    const json = { format, modelTopology, weightsManifest: [{ paths: ['shard.bin'], weights: weightSpecs }] };
    saved = { json: JSON.parse(JSON.stringify(json)), weightData: weightData as ArrayBuffer };
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  };
  await network.save({ save });
  return saved!;
}
