// Every operator that stage programs can express, by its ONNX name.

import { floats } from '../float-array.ts';
import type { Lowering } from '../node-reader.ts';
import { fixedSize } from '../size.ts';
import { lowerBinary, lowerVariadic } from './binary.ts';
import { lowerConcat } from './concat.ts';
import { lowerBatchNormalisation, lowerConvolution } from './convolution.ts';
import { lowerConstantOfShape, lowerExpand, lowerPad } from './extension.ts';
import {
  lowerClip,
  lowerElu,
  lowerFunction,
  lowerGelu,
  lowerHardSigmoid,
  lowerHardSwish,
  lowerLeakyRelu,
  lowerPRelu,
} from './functions.ts';
import { lowerAveragePool, lowerGlobalAveragePool, lowerGlobalMaxPool, lowerMaxPool } from './pools.ts';
import { lowerGemm, lowerMatMul } from './products.ts';
import { lowerLayerNormalisation, lowerReduction, lowerSoftmax } from './reductions.ts';
import { lowerGather, lowerSlice, lowerSplit } from './selection.ts';
import {
  lowerCast,
  lowerFlatten,
  lowerIdentity,
  lowerReshape,
  lowerShape,
  lowerSqueeze,
  lowerTranspose,
  lowerUnsqueeze,
} from './shapes.ts';

const lowerConstant: Lowering = (node) => {
  const [attribute] = node.proto.attribute;
  switch (attribute?.name) {
    case 'value':
      return attribute.t === undefined ? node.refuse('it has no value') : node.constant(attribute.t);
    case 'value_float':
      return floats([], Float32Array.of(attribute.f));
    case 'value_floats':
      return floats([attribute.floats.length], Float32Array.from(attribute.floats));
    case 'value_int':
      return { kind: 'integers', shape: [], values: [fixedSize(Number(attribute.i))] };
    case 'value_ints':
      return {
        kind: 'integers',
        shape: [attribute.ints.length],
        values: attribute.ints.map((each) => fixedSize(Number(each))),
      };
    default:
      return node.refuse(`constants by '${attribute?.name}' are not supported`);
  }
};

export const lowerings: ReadonlyMap<string, Lowering> = new Map([
  // Convolutions, pools, normalisation
  ['Conv', lowerConvolution],
  ['BatchNormalization', lowerBatchNormalisation],
  ['MaxPool', lowerMaxPool],
  ['AveragePool', lowerAveragePool],
  ['GlobalAveragePool', lowerGlobalAveragePool],
  ['GlobalMaxPool', lowerGlobalMaxPool],
  ['LayerNormalization', lowerLayerNormalisation],
  // Functions of one value
  ['Relu', lowerFunction('relu')],
  ['Sigmoid', lowerFunction('sigmoid')],
  ['Tanh', lowerFunction('tanh')],
  ['Erf', lowerFunction('erf')],
  ['Exp', lowerFunction('exp')],
  ['Log', lowerFunction('log')],
  ['Sqrt', lowerFunction('sqrt')],
  ['Abs', lowerFunction('abs')],
  ['Neg', lowerFunction('neg')],
  ['Selu', lowerFunction('selu')],
  ['Softplus', lowerFunction('softplus')],
  ['Reciprocal', lowerFunction('reciprocal')],
  ['Elu', lowerElu],
  ['Clip', lowerClip],
  ['LeakyRelu', lowerLeakyRelu],
  ['PRelu', lowerPRelu],
  ['HardSigmoid', lowerHardSigmoid],
  ['HardSwish', lowerHardSwish],
  ['Gelu', lowerGelu],
  // Functions of two and more
  ['Add', lowerBinary('add')],
  ['Sub', lowerBinary('subtract')],
  ['Mul', lowerBinary('multiply')],
  ['Div', lowerBinary('divide')],
  ['Pow', lowerBinary('power')],
  ['Min', lowerVariadic('minimum')],
  ['Max', lowerVariadic('maximum')],
  ['Sum', lowerVariadic('add')],
  // Products and reductions
  ['MatMul', lowerMatMul],
  ['Gemm', lowerGemm],
  ['ReduceMean', lowerReduction('mean')],
  ['ReduceSum', lowerReduction('sum')],
  ['ReduceMax', lowerReduction('maximum')],
  ['ReduceMin', lowerReduction('minimum')],
  ['Softmax', lowerSoftmax],
  // Shapes
  ['Reshape', lowerReshape],
  ['Flatten', lowerFlatten],
  ['Squeeze', lowerSqueeze],
  ['Unsqueeze', lowerUnsqueeze],
  ['Transpose', lowerTranspose],
  ['Shape', lowerShape],
  ['Cast', lowerCast],
  ['Identity', lowerIdentity],
  ['Dropout', lowerIdentity],
  // Parts
  ['Concat', lowerConcat],
  ['Split', lowerSplit],
  ['Slice', lowerSlice],
  ['Gather', lowerGather],
  ['Pad', lowerPad],
  ['Expand', lowerExpand],
  // Constants
  ['Constant', lowerConstant],
  ['ConstantOfShape', lowerConstantOfShape],
]);
