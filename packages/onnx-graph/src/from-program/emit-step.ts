import type { ProgramStep } from '@ztw/program';
import { emitConvolution, emitPool } from './emit-convolution.ts';
import { emitBinary, emitUnary } from './emit-elementwise.ts';
import { emitConcat, emitGather, emitPad, emitReshape, emitSlice, emitTile, emitTranspose } from './emit-layout.ts';
import { emitDense, emitMatMul } from './emit-products.ts';
import { emitLayerNorm, emitReduce, emitSoftmax } from './emit-reductions.ts';
import type { PlacedValue } from './placed-value.ts';
import type { ProgramEmitter } from './program-emitter.ts';

/** Writes the nodes of one step, and says where its result stands. */
export function emitStep(emitter: ProgramEmitter, step: ProgramStep): PlacedValue {
  switch (step.operator) {
    case 'conv2d':
    case 'depthwise-conv2d':
      return emitConvolution(emitter, step);
    case 'max-pool':
    case 'average-pool':
      return emitPool(emitter, step);
    case 'dense':
      return emitDense(emitter, step);
    case 'matmul':
      return emitMatMul(emitter, step);
    case 'function':
    case 'clip':
    case 'leaky-relu':
      return emitUnary(emitter, step);
    case 'binary':
      return emitBinary(emitter, step);
    case 'reduce':
      return emitReduce(emitter, step);
    case 'softmax':
      return emitSoftmax(emitter, step);
    case 'layer-norm':
      return emitLayerNorm(emitter, step);
    case 'reshape':
      return emitReshape(emitter, step);
    case 'transpose':
      return emitTranspose(emitter, step);
    case 'concat':
      return emitConcat(emitter, step);
    case 'slice':
      return emitSlice(emitter, step);
    case 'pad':
      return emitPad(emitter, step);
    case 'gather':
      return emitGather(emitter, step);
    case 'tile':
      return emitTile(emitter, step);
  }
}
