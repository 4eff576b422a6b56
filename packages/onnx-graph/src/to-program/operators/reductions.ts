import { naturalOrder } from '@ztw/program';
import { floatAttributeOf, intAttributeOf } from '../../model/attributes.ts';
import { floats } from '../float-array.ts';
import type { OperatorTable, OperatorTranslation } from '../node-reader.ts';
import { axesOf, axisAttribute } from './axes.ts';
import { reduceAxes } from './pools.ts';

function translateReduction(reduction: 'mean' | 'sum' | 'maximum' | 'minimum'): OperatorTranslation {
  return (node) => {
    const input = node.tensor(0);
    const rank = input.shape.length;
    const axes = axesOf(node, 1, rank);
    if ((axes === null || axes.length === 0) && intAttributeOf(node.proto, 'noop_with_empty_axes', 0) === 1)
      return input;
    const chosen = axes === null || axes.length === 0 ? naturalOrder(rank) : axes;
    return reduceAxes(node, input, reduction, chosen, intAttributeOf(node.proto, 'keepdims', 1) === 1);
  };
}

/** First opset in which softmax normalises one axis instead of all axes from that axis on. */
const axisSoftmaxOpset = 13;

const translateSoftmax: OperatorTranslation = (node) => {
  const { writer, hint, opset } = node;
  const input = node.tensor(0);
  const rank = input.shape.length;
  const axis = axisAttribute(node, opset >= axisSoftmaxOpset ? -1 : 1, rank);
  if (opset < axisSoftmaxOpset && axis !== rank - 1) {
    node.refuse('softmax over several axes (opset below 13) is not supported');
  }
  const order = [...naturalOrder(rank).filter((other) => other !== axis), axis];
  const moved = writer.inOrder(input, order);
  return writer.addValue({ operator: 'softmax', input: moved.name }, hint, input.shape, order);
};

const translateLayerNormalisation: OperatorTranslation = (node) => {
  const { writer, store, hint } = node;
  const input = writer.natural(node.tensor(0));
  const rank = input.shape.length;
  if (axisAttribute(node, -1, rank) !== rank - 1) node.refuse('only normalisation over the last axis is supported');
  const weight = node.floats(1) ?? node.refuse('it has no scale');
  const bias = node.floats(2);
  const step = {
    operator: 'layer-norm' as const,
    input: input.name,
    weight: store(`${hint}/scale`, floats([weight.data.length], weight.data)),
    bias: bias === null ? null : store(`${hint}/shift`, floats([bias.data.length], bias.data)),
    epsilon: floatAttributeOf(node.proto, 'epsilon', 1e-5),
  };
  return writer.addValue(step, hint, input.shape);
};

export const reductionOperators: OperatorTable = {
  ReduceMean: translateReduction('mean'),
  ReduceSum: translateReduction('sum'),
  ReduceMax: translateReduction('maximum'),
  ReduceMin: translateReduction('minimum'),
  Softmax: translateSoftmax,
  LayerNormalization: translateLayerNormalisation,
};
