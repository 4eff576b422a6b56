// Every node of GraphModels that programs can express, by its operation.

import {
  lowerBatchNormalisation,
  lowerBinary,
  lowerClip,
  lowerFunction,
  lowerLeakyRelu,
  lowerPRelu,
  lowerSoftmax,
  lowerSquare,
} from './elementwise.ts';
import { type GraphOperation, type OperationLowering, refuseOperation } from './graph-operation.ts';
import { lowerConcat, lowerIdentity, lowerPad, lowerReduction, lowerReshape, lowerTranspose } from './layouts.ts';
import { lowerAveragePool, lowerConv2d, lowerDepthwiseConv2d, lowerMatMul, lowerMaxPool } from './products.ts';

const lowerings: ReadonlyMap<string, OperationLowering> = new Map([
  ['Abs', lowerFunction('abs')],
  ['Add', lowerBinary('add')],
  ['AddN', lowerBinary('add')],
  ['AddV2', lowerBinary('add')],
  ['AvgPool', lowerAveragePool],
  ['BatchMatMul', lowerMatMul],
  ['BatchMatMulV2', lowerMatMul],
  ['BiasAdd', lowerBinary('add')],
  ['ClipByValue', lowerClip],
  ['ConcatV2', lowerConcat],
  ['Conv2D', lowerConv2d],
  ['DepthwiseConv2dNative', lowerDepthwiseConv2d],
  ['Elu', lowerFunction('elu')],
  ['Erf', lowerFunction('erf')],
  ['Exp', lowerFunction('exp')],
  ['ExpandDims', lowerReshape],
  ['FusedBatchNorm', lowerBatchNormalisation],
  ['FusedBatchNormV2', lowerBatchNormalisation],
  ['FusedBatchNormV3', lowerBatchNormalisation],
  ['FusedDepthwiseConv2dNative', lowerDepthwiseConv2d],
  ['Identity', lowerIdentity],
  ['LeakyRelu', lowerLeakyRelu],
  ['Log', lowerFunction('log')],
  ['MatMul', lowerMatMul],
  ['Max', lowerReduction('maximum')],
  ['MaxPool', lowerMaxPool],
  ['Maximum', lowerBinary('maximum')],
  ['Mean', lowerReduction('mean')],
  ['Min', lowerReduction('minimum')],
  ['Minimum', lowerBinary('minimum')],
  ['Mul', lowerBinary('multiply')],
  ['Neg', lowerFunction('neg')],
  ['Pad', lowerPad],
  ['PadV2', lowerPad],
  ['Prelu', lowerPRelu],
  ['RealDiv', lowerBinary('divide')],
  ['Reciprocal', lowerFunction('reciprocal')],
  ['Relu', lowerFunction('relu')],
  ['Relu6', lowerFunction('relu6')],
  ['Reshape', lowerReshape],
  ['Rsqrt', lowerFunction('sqrt', 'reciprocal')],
  ['Selu', lowerFunction('selu')],
  ['Sigmoid', lowerFunction('sigmoid')],
  ['Snapshot', lowerIdentity],
  ['Softmax', lowerSoftmax],
  ['Softplus', lowerFunction('softplus')],
  ['Sqrt', lowerFunction('sqrt')],
  ['Square', lowerSquare],
  ['Squeeze', lowerReshape],
  ['StopGradient', lowerIdentity],
  ['Sub', lowerBinary('subtract')],
  ['Sum', lowerReduction('sum')],
  ['Tanh', lowerFunction('tanh')],
  ['Transpose', lowerTranspose],
  ['_FusedConv2D', lowerConv2d],
  ['_FusedMatMul', lowerMatMul],
]);

/** Operations of all nodes that programs can express. */
export const supportedOperations: readonly string[] = [...lowerings.keys()];

/** @throws UnsupportedModelError naming the node, its operation, and what is supported. */
export function operationLowering(operation: GraphOperation): OperationLowering {
  const lowering = lowerings.get(operation.op);
  return (
    lowering ??
    refuseOperation(operation, `this operation is not supported. Supported are ${supportedOperations.join(', ')}.`)
  );
}
