import type { ProgramStep } from '../stage-program.ts';
import type { Shape } from './axis-size.ts';
import { reduceShape, reshapeShape, tileShape, transposeShape } from './layout-shapes.ts';
import { denseShape, matMulShape } from './product-shapes.ts';
import { concatShape, gatherShape, padShape, sliceShape } from './selection-shapes.ts';
import type { StepShapes } from './step-shapes.ts';
import { binaryShape, clipShape, layerNormShape, softmaxShape } from './value-shapes.ts';
import { convolutionShape, poolShape } from './window-shapes.ts';

/** Shape of a step's result. */
export function stepShape(step: ProgramStep, known: StepShapes): Shape {
  switch (step.operator) {
    case 'conv2d':
    case 'depthwise-conv2d':
      return convolutionShape(step, known);
    case 'max-pool':
    case 'average-pool':
      return poolShape(step, known);
    case 'dense':
      return denseShape(step, known);
    case 'matmul':
      return matMulShape(step, known);
    case 'function':
    case 'leaky-relu':
      return known.read(step.input);
    case 'clip':
      return clipShape(step, known);
    case 'binary':
      return binaryShape(step, known);
    case 'reduce':
      return reduceShape(step, known);
    case 'softmax':
      return softmaxShape(step, known);
    case 'layer-norm':
      return layerNormShape(step, known);
    case 'reshape':
      return reshapeShape(step, known);
    case 'transpose':
      return transposeShape(step, known);
    case 'concat':
      return concatShape(step, known);
    case 'slice':
      return sliceShape(step, known);
    case 'pad':
      return padShape(step, known);
    case 'gather':
      return gatherShape(step, known);
    case 'tile':
      return tileShape(step, known);
  }
}
