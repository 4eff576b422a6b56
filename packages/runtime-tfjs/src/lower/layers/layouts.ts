// Layers that only move or scale values, and layers that do nothing at inference.

import type { LayerLowering } from './layer-node.ts';

/** Dropout and noise: nothing to do at inference. */
export const lowerIdentity: LayerLowering = (node) => node.inputs[0];

/** Flatten and Reshape. The row axis stays; the other axes are those of the layer's output. */
export const lowerReshape: LayerLowering = (node, writer) =>
  writer.add({ operator: 'reshape', input: node.inputs[0], shape: [{ perRow: 1 }, ...node.outputShape] });

export const lowerPermute: LayerLowering = (node, writer) => {
  const { dims } = node.config as { readonly dims: readonly number[] };
  return writer.add({ operator: 'transpose', input: node.inputs[0], permutation: [0, ...dims] });
};

export const lowerZeroPadding2d: LayerLowering = (node, writer) => {
  const { padding } = node.config as { readonly padding: readonly (readonly [number, number])[] };
  const [vertical = [0, 0], horizontal = [0, 0]] = padding;
  return writer.add({ operator: 'pad', input: node.inputs[0], pads: [[0, 0], vertical, horizontal, [0, 0]], value: 0 });
};

export const lowerCropping2d: LayerLowering = (node, writer) => {
  const { cropping } = node.config as { readonly cropping: readonly (readonly [number, number])[] };
  return cropping.reduce((input, [start], index) => {
    const length = node.outputShape[index] as number;
    if (length === node.inputShapes[0][index]) return input;
    return writer.add({ operator: 'slice', input, axis: index + 1, start, length, stride: 1 });
  }, node.inputs[0]);
};

export const lowerRescaling: LayerLowering = (node, writer) => {
  const { scale = 1, offset = 0 } = node.config as { readonly scale?: number; readonly offset?: number };
  return writer.combine('add', writer.combine('multiply', node.inputs[0], scale), offset);
};
