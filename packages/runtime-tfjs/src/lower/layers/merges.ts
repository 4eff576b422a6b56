import type { ProgramBinaryFunction } from '@ztw/program';
import type { NodeWriter } from '../node-writer.ts';
import { axisOf, type LayerLowering, type LayerNode, refuseLayer } from './layer-node.ts';

function combineAll(node: LayerNode, writer: NodeWriter, name: ProgramBinaryFunction): string {
  const ranks = new Set(node.inputShapes.map(({ length }) => length));
  if (ranks.size > 1) {
    const shapes = node.inputShapes.map((shape) => `[${shape.join(', ')}]`).join(' and ');
    refuseLayer(node, `it merges rows of ${shapes}; only rows with the same number of axes are supported.`);
  }
  const [first, ...others] = node.inputs;
  return others.reduce((left, right) => writer.combine(name, left, right), first);
}

const lowerMerge =
  (name: ProgramBinaryFunction): LayerLowering =>
  (node, writer) =>
    combineAll(node, writer, name);

export const lowerAdd: LayerLowering = lowerMerge('add');
export const lowerMultiply: LayerLowering = lowerMerge('multiply');
export const lowerMaximum: LayerLowering = lowerMerge('maximum');
export const lowerMinimum: LayerLowering = lowerMerge('minimum');

export const lowerAverage: LayerLowering = (node, writer) =>
  writer.combine('multiply', combineAll(node, writer, 'add'), 1 / node.inputs.length);

export const lowerConcatenate: LayerLowering = (node, writer) => {
  const { axis = -1 } = node.config as { readonly axis?: number };
  return writer.add({ operator: 'concat', inputs: node.inputs, axis: axisOf(node, axis) });
};
