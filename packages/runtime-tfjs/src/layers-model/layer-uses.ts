// The uses of layers that lead to a model's output, in an order in which they can run. The layers of a nested model are
// among them.

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
      `Expected one input and one output in "${model.name}"; received ${model.inputs.length} inputs and ` +
        `${model.outputs.length} outputs. Use a network with one of each.`,
      {
        expected: { inputs: 1, outputs: 1 },
        received: { inputs: model.inputs.length, outputs: model.outputs.length },
        path: model.name,
      },
    );
  }
  const uses: LayerUse[] = [];
  /** From each tensor to itself, or to the tensor inside a nested model that it comes from. */
  const resolved = new Map<SymbolicTensorLike, SymbolicTensorLike>();

  const visit = (tensor: SymbolicTensorLike): SymbolicTensorLike => {
    const known = resolved.get(tensor);
    if (known !== undefined) return known;
    const { sourceLayer: layer, nodeIndex } = tensor;
    if (layer.getClassName() === 'InputLayer') {
      throw new UnsupportedModelError(
        `Expected one input in "${model.name}"; received a second one, layer "${layer.name}". Use a network with one input.`,
        { path: layer.name },
      );
    }
    if (tensor.tensorIndex > 0) {
      throw new UnsupportedModelError(
        `Expected one tensor from layer "${layer.name}" of "${model.name}"; received several. Use a network without such layers.`,
        { expected: 1, path: layer.name },
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
        throw new UnsupportedModelError(
          `Expected one input and one output in the nested model "${layer.name}"; received ${inner.inputs.length} and ` +
            `${inner.outputs.length}. Use a network whose nested models have one of each.`,
          { path: layer.name },
        );
      }
      if (resolved.has(innerOutput)) {
        throw new UnsupportedModelError(
          `Expected one use of the nested model "${layer.name}"; received several. Use its layers without a nested model.`,
          { expected: 1, path: layer.name },
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
