import { permuteAxes } from '@ztw/program';
import { writeActivation } from '../activation.ts';
import type { NodeWriter } from '../node-writer.ts';
import { noPads, type Pads, type Pair, samePads, seesWholeMap } from '../window.ts';
import { constantOf, dataOf, type GraphOperation, type OperationLowering, refuseOperation } from './graph-operation.ts';
import { flagOf, integersOf, numberOf, textOf, textsOf } from './node-attributes.ts';

/** Activations that can be fused into a node, with their names in `writeActivation`. */
const fusedActivations: ReadonlyMap<string, string> = new Map([
  ['Relu', 'relu'],
  ['Relu6', 'relu6'],
  ['Elu', 'elu'],
  ['Sigmoid', 'sigmoid'],
  ['Tanh', 'tanh'],
]);

/** Height and width of an attribute `[1, height, width, 1]`. */
function spatial(operation: GraphOperation, name: string): Pair {
  const [rows = 1, height = 1, width = 1, channels = 1] = integersOf(operation.attributes, name);
  if (rows !== 1 || channels !== 1) refuseOperation(operation, `its ${name} are not 1 along the rows and channels.`);
  return [height, width];
}

function padsOf(operation: GraphOperation, window: Pair, strides: Pair, dilations: Pair): Pads {
  if (textOf(operation.attributes, 'data_format', 'NHWC') !== 'NHWC') {
    refuseOperation(operation, 'its channels are first; only NHWC is supported.');
  }
  const padding = textOf(operation.attributes, 'padding', 'VALID');
  const [height = 1, width = 1] = dataOf(operation).rowShape;
  switch (padding) {
    case 'SAME':
      return samePads([height, width], window, strides, dilations);
    case 'VALID':
      return noPads;
    case 'EXPLICIT': {
      const [, , top = 0, bottom = 0, left = 0, right = 0] = integersOf(operation.attributes, 'explicit_paddings');
      return [top, bottom, left, right];
    }
    default:
      return refuseOperation(
        operation,
        `its padding ${padding} is not supported. Supported are SAME, VALID and EXPLICIT.`,
      );
  }
}

/** The additions in `fused_ops`: a bias, which is the third input, and an activation. */
function fused(operation: GraphOperation): { readonly hasBias: boolean; readonly activation: string } {
  const names = textsOf(operation.attributes, 'fused_ops');
  const hasBias = names[0] === 'BiasAdd';
  const [activation, ...others] = hasBias ? names.slice(1) : names;
  if (others.length > 0) refuseOperation(operation, `its fused operations ${names.join(', ')} are not supported.`);
  return { hasBias, activation: activation ?? '' };
}

function storeBias(operation: GraphOperation, writer: NodeWriter): string | null {
  if (!fused(operation).hasBias) return null;
  const { data } = constantOf(operation, 2);
  return writer.store('bias', [data.length], data);
}

function activated(operation: GraphOperation, writer: NodeWriter, linear: string): string {
  const { activation } = fused(operation);
  if (activation === '') return linear;
  if (activation === 'LeakyRelu') {
    const slope = numberOf(operation.attributes, 'leakyrelu_alpha', 0.2);
    return writer.add({ operator: 'leaky-relu', input: linear, slope });
  }
  const known = fusedActivations.get(activation);
  const result = known === undefined ? null : writeActivation(writer, known, linear, operation.outputShape.length + 1);
  return result ?? refuseOperation(operation, `its fused activation ${activation} is not supported.`);
}

const lowerConvolution =
  (operator: 'conv2d' | 'depthwise-conv2d'): OperationLowering =>
  (operation, writer) => {
    const { name: input } = dataOf(operation);
    const { shape, data } = constantOf(operation, 1);
    const strides = spatial(operation, 'strides');
    const dilations = spatial(operation, 'dilations');
    const pads = padsOf(operation, [shape[0] ?? 1, shape[1] ?? 1], strides, dilations);
    const filter = writer.store('filter', shape, data);
    const bias = storeBias(operation, writer);
    const linear = writer.add({ operator, input, filter, bias, strides, pads, dilations, activation: null });
    return activated(operation, writer, linear);
  };

export const lowerConv2d: OperationLowering = lowerConvolution('conv2d');
export const lowerDepthwiseConv2d: OperationLowering = lowerConvolution('depthwise-conv2d');

const lowerPool =
  (operator: 'max-pool' | 'average-pool'): OperationLowering =>
  (operation, writer) => {
    const { name: input } = dataOf(operation);
    const size = spatial(operation, 'ksize');
    const strides = spatial(operation, 'strides');
    const [height = 1, width = 1] = dataOf(operation).rowShape;
    const pads = padsOf(operation, size, strides, [1, 1]);
    if (seesWholeMap([height, width], size, pads)) {
      const name = operator === 'max-pool' ? 'maximum' : 'mean';
      return writer.add({ operator: 'reduce', function: name, input, axes: [1, 2], keepAxes: true });
    }
    return writer.add({ operator, input, size, strides, pads });
  };

export const lowerMaxPool: OperationLowering = lowerPool('max-pool');
export const lowerAveragePool: OperationLowering = lowerPool('average-pool');

/** The last axis times a stored matrix. */
export const lowerMatMul: OperationLowering = (operation, writer) => {
  const { attributes } = operation;
  if (flagOf(attributes, 'transpose_a') || flagOf(attributes, 'adj_x')) {
    refuseOperation(operation, 'it transposes its left input; only its matrix may be transposed.');
  }
  const stored = constantOf(operation, 1);
  if (stored.shape.length !== 2)
    refuseOperation(operation, `its matrix has ${stored.shape.length} axes; two are supported.`);
  const isTransposed = flagOf(attributes, 'transpose_b') || flagOf(attributes, 'adj_y');
  const { shape, data } = isTransposed ? permuteAxes(stored, [1, 0]) : stored;
  const linear = writer.add({
    operator: 'dense',
    input: dataOf(operation).name,
    weight: writer.store('matrix', shape, data),
    bias: storeBias(operation, writer),
    activation: null,
  });
  return activated(operation, writer, linear);
};
