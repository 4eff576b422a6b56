import { seesWholeMap } from '../window.ts';
import { type LayerLowering, padsOf, pairOf } from './layer-node.ts';

const lowerPool =
  (operator: 'max-pool' | 'average-pool'): LayerLowering =>
  (node, writer) => {
    const size = pairOf(node.config.poolSize, 2);
    const strides = node.config.strides === null ? size : pairOf(node.config.strides, size[0]);
    const pads = padsOf(node, size, strides);
    const [input] = node.inputs;
    const [height = 1, width = 1] = node.inputShapes[0];
    if (seesWholeMap([height, width], size, pads)) {
      const name = operator === 'max-pool' ? 'maximum' : 'mean';
      return writer.add({ operator: 'reduce', function: name, input, axes: [1, 2], keepAxes: true });
    }
    return writer.add({ operator, input, size, strides, pads });
  };

/** @param axes Positions, where the row axis is 0. */
const lowerGlobalPool =
  (name: 'mean' | 'maximum', axes: readonly number[]): LayerLowering =>
  (node, writer) =>
    writer.add({ operator: 'reduce', function: name, input: node.inputs[0], axes, keepAxes: false });

export const lowerMaxPooling2d: LayerLowering = lowerPool('max-pool');
export const lowerAveragePooling2d: LayerLowering = lowerPool('average-pool');
export const lowerGlobalAveragePooling1d: LayerLowering = lowerGlobalPool('mean', [1]);
export const lowerGlobalAveragePooling2d: LayerLowering = lowerGlobalPool('mean', [1, 2]);
export const lowerGlobalMaxPooling1d: LayerLowering = lowerGlobalPool('maximum', [1]);
export const lowerGlobalMaxPooling2d: LayerLowering = lowerGlobalPool('maximum', [1, 2]);
