import { InvalidModelError } from '@ztw/core';
import { type DenseStep, naturalOrder, type ProgramSize, type StepOf, sameOrder } from '@ztw/program';
import { intAttribute, intsAttribute } from '../graph/build.ts';
import { emitActivated } from './emit-activation.ts';
import { broadcastShape, channelsFirst, type PlacedValue } from './placed-value.ts';
import type { ProgramEmitter, StepEmitters } from './program-emitter.ts';

/** A Gemm for rows, a 1 x 1 convolution for channels-first maps, and a MatMul for everything else. */
function emitDense(emitter: ProgramEmitter, step: DenseStep): PlacedValue {
  const { shape, order } = emitter.read(step.input);
  const weight = emitter.weight(step.weight);
  if (weight?.shape.length !== 2) {
    throw new InvalidModelError(
      `the matrix "${step.weight}" of step "${step.output}" must be a stored weight with two axes`,
      { expected: 'a stored weight with two axes', path: step.weight },
    );
  }
  const [inFeatures, outFeatures] = weight.shape as [number, number];
  const result: readonly ProgramSize[] = [...shape.slice(0, -1), outFeatures];
  const biases = step.bias === null ? [] : [emitter.storeWeight(step.bias, [0], [outFeatures])];
  const isMap = sameOrder(order, channelsFirst);
  const write = (output: string): string => {
    if (isMap) {
      const filter = emitter.storeWeight(step.weight, [1, 0], [outFeatures, inFeatures, 1, 1]);
      const attributes = [intsAttribute('kernel_shape', [1, 1])];
      return emitter.apply('Conv', [emitter.inOrder(step.input, order), filter, ...biases], attributes, output);
    }
    const input = emitter.inOrder(step.input, naturalOrder(shape.length));
    if (shape.length === 2) {
      const transposed = emitter.storeWeight(step.weight, [1, 0], [outFeatures, inFeatures]);
      return emitter.apply('Gemm', [input, transposed, ...biases], [intAttribute('transB', 1)], output);
    }
    const matrix = emitter.storeWeight(step.weight, [0, 1], [inFeatures, outFeatures]);
    if (biases.length === 0) return emitter.apply('MatMul', [input, matrix], [], output);
    return emitter.apply(
      'Add',
      [emitter.apply('MatMul', [input, matrix], [], emitter.builder.claim(`${output}/product`)), ...biases],
      [],
      output,
    );
  };
  const name = emitActivated(emitter, step.activation, emitter.outputName(step.output), write);
  return { name, shape: result, order: isMap ? order : naturalOrder(shape.length) };
}

function emitMatMul(emitter: ProgramEmitter, step: StepOf<'matmul'>): PlacedValue {
  const left = emitter.read(step.left).shape;
  const right = emitter.read(step.right).shape;
  const inputs = [
    emitter.inOrder(step.left, naturalOrder(left.length)),
    emitter.inOrder(step.right, naturalOrder(right.length)),
  ];
  const name = emitter.apply('MatMul', inputs, [], emitter.outputName(step.output));
  const leading = broadcastShape(left.slice(0, -2), right.slice(0, -2));
  const shape = [...leading, left.at(-2) ?? 1, right.at(-1) ?? 1];
  return { name, shape, order: naturalOrder(shape.length) };
}

export const productEmitters: StepEmitters<'dense' | 'matmul'> = { dense: emitDense, matmul: emitMatMul };
