import { UnsupportedModelError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import { createProgramWriter } from '@ztw/program';
import { fixedShape, refuseChannelsFirst } from '../layers-model/fixed-shape.ts';
import { layerMacs } from '../layers-model/layer-macs.ts';
import { layerUses } from '../layers-model/layer-uses.ts';
import type { LayerLike, LayersModelLike, LayerUse } from '../layers-model/layers-model.ts';
import { finishProgram } from './finish-program.ts';
import type { LayerNode } from './layers/layer-node.ts';
import { layerLowering } from './layers/table.ts';
import type { NetworkProgram } from './network-program.ts';
import { createNodeWriter } from './node-writer.ts';

/**
 * Writes a LayersModel, functional or sequential, nested or not, as a program of tensor operations. `programToOnnx` of
 * `@ztw/onnx-graph` makes it an ONNX model. Batch normalisations are folded into the convolution or matrix before them
 * where possible. A softmax at the end is left out, so the program returns logits.
 * @param model Remains the caller's: its weights are copied, and its graph is not changed.
 * @throws UnsupportedModelError naming the layer that a program cannot express, its class, and what is supported; also
 *   for several inputs or outputs, and for sizes that are not fixed.
 */
export async function layersModelProgram(model: LayersModelLike): Promise<NetworkProgram> {
  const { input, output, uses } = layerUses(model);
  const outputShape = fixedShape(model, output);
  const [classes] = outputShape;
  if (classes === undefined || outputShape.length !== 1) {
    throw new UnsupportedModelError(
      `Expected one value per class at the end of "${model.name}"; received rows of [${outputShape.join(', ')}]. ` +
        'Use a classifier whose output has the axes [rows, classes].',
      { expected: ['classes'], received: outputShape, path: model.name },
    );
  }
  const writer = createProgramWriter();
  const inputName = writer.claim('input');
  const names = new Map([[input, inputName]]);
  const weights = await weightsOf(uses);
  let macs = 0;
  for (const use of uses) {
    refuseChannelsFirst(use);
    const inputShapes = use.inputs.map((tensor) => fixedShape(model, tensor));
    const node: LayerNode = {
      name: use.name,
      className: use.layer.getClassName(),
      config: use.layer.getConfig() as Readonly<Record<string, unknown>>,
      inputs: use.inputs.map((tensor) => names.get(tensor) as string) as [string, ...string[]],
      inputShapes: inputShapes as [readonly number[], ...(readonly number[])[]],
      outputShape: fixedShape(model, use.output),
      weights: weights.get(use.layer) ?? [],
    };
    const nodeWriter = createNodeWriter(writer, use.name);
    names.set(use.output, nodeWriter.finish(layerLowering(node)(node, nodeWriter), node.outputShape));
    macs += layerMacs(use.layer, inputShapes[0] ?? [], node.outputShape);
  }
  return {
    name: model.name,
    layers: uses.length,
    parameters: [...weights.values()].flat().reduce((sum, { data }) => sum + data.length, 0),
    macs,
    ...finishProgram({
      writer,
      input: { name: inputName, rowShape: fixedShape(model, input) },
      result: names.get(output) ?? inputName,
      classes,
      what: model.name,
    }),
  };
}

/** Copies of all weights, once for each layer. */
async function weightsOf(uses: readonly LayerUse[]): Promise<ReadonlyMap<LayerLike, readonly Parameter[]>> {
  const found = new Map<LayerLike, readonly Parameter[]>();
  for (const { layer } of uses) {
    if (found.has(layer)) continue;
    const tensors = layer.getWeights();
    found.set(
      layer,
      await Promise.all(
        tensors.map(async (tensor) => ({ shape: [...tensor.shape], data: Float32Array.from(await tensor.data()) })),
      ),
    );
  }
  return found;
}
