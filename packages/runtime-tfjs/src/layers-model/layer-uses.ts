// The uses of layers that lead to a model's output, in an order in which they can run. A Sequential or Model used as a layer is looked into.

import { UnsupportedModelError } from '@ztw/core';
import type { LayerLike, LayersModelLike, LayerUse, SymbolicTensorLike } from './layers-model.ts';

export interface LayerFlow {
  readonly input: SymbolicTensorLike;
  readonly output: SymbolicTensorLike;
  readonly uses: readonly LayerUse[];
}

/**
 * Follows the model's graph from its output to its input.
 * @throws UnsupportedModelError for several inputs or outputs, or a layer that returns several tensors.
 */
export function layerUses(model: LayersModelLike): LayerFlow {
  const [input] = model.inputs;
  const [output] = model.outputs;
  if (input === undefined || output === undefined || model.inputs.length > 1 || model.outputs.length > 1) {
    throw new UnsupportedModelError(
      `"${model.name}" has ${model.inputs.length} inputs and ${model.outputs.length} outputs; it needs one of each.`,
    );
  }
  const uses: LayerUse[] = [];
  /** What stands for a tensor: itself, or the one inside a nested model that it comes from. */
  const resolved = new Map<SymbolicTensorLike, SymbolicTensorLike>();

  const visit = (tensor: SymbolicTensorLike): SymbolicTensorLike => {
    const known = resolved.get(tensor);
    if (known !== undefined) return known;
    const { sourceLayer: layer, nodeIndex } = tensor;
    if (layer.getClassName() === 'InputLayer') {
      throw new UnsupportedModelError(`Layer "${layer.name}" of "${model.name}" is a second input; there can be one.`);
    }
    if (tensor.tensorIndex > 0) {
      throw new UnsupportedModelError(
        `Layer "${layer.name}" of "${model.name}" returns several tensors, which is not supported.`,
      );
    }
    const inputs = (layer.inboundNodes[nodeIndex]?.inputTensors ?? []).map(visit);
    const inner = nestedModel(layer);
    let result = tensor;
    if (inner === null) {
      const repeated = uses.filter((use) => use.layer === layer).length;
      uses.push({ name: repeated === 0 ? layer.name : `${layer.name}:${repeated}`, layer, inputs, output: tensor });
    } else {
      const [innerInput] = inner.inputs;
      const [innerOutput] = inner.outputs;
      if (
        innerInput === undefined ||
        innerOutput === undefined ||
        inner.inputs.length > 1 ||
        inner.outputs.length > 1
      ) {
        throw new UnsupportedModelError(`The nested model "${layer.name}" needs one input and one output.`);
      }
      if (resolved.has(innerOutput)) {
        throw new UnsupportedModelError(
          `The nested model "${layer.name}" is used more than once, which is not supported.`,
        );
      }
      resolved.set(innerInput, inputs[0] as SymbolicTensorLike);
      result = visit(innerOutput);
    }
    resolved.set(tensor, result);
    return result;
  };

  resolved.set(input, input);
  return { input, output: visit(output), uses };
}

function nestedModel(layer: LayerLike): LayersModelLike | null {
  return 'inputs' in layer && 'outputs' in layer && 'layers' in layer ? (layer as LayerLike & LayersModelLike) : null;
}
