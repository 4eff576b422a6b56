import type { BinaryStep, ProgramBinaryFunction } from '@ztw/program';
import { floatAttribute } from '../graph/build.ts';
import { emitClip, emitFunction } from './emit-activation.ts';
import { broadcastShape, naturalOrder, type PlacedValue } from './placed-value.ts';
import type { ProgramEmitter, StepOf } from './program-emitter.ts';

const binaryOperators: Readonly<Record<ProgramBinaryFunction, string>> = {
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Mul',
  divide: 'Div',
  power: 'Pow',
  minimum: 'Min',
  maximum: 'Max',
};

/** Works on values as they lie. */
export function emitUnary(emitter: ProgramEmitter, step: StepOf<'function' | 'clip' | 'leaky-relu'>): PlacedValue {
  const value = emitter.read(step.input);
  const output = emitter.outputName(step.output);
  switch (step.operator) {
    case 'function':
      emitFunction(emitter, step.function, value.name, output);
      break;
    case 'clip':
      emitClip(emitter, value.name, step.minimum, step.maximum, output);
      break;
    case 'leaky-relu':
      emitter.apply('LeakyRelu', [value.name], [floatAttribute('alpha', step.slope)], output);
      break;
  }
  return { ...value, name: output };
}

/** Both sides in the order of the one that is computed; of both, where they have the same number of axes. */
export function emitBinary(emitter: ProgramEmitter, step: BinaryStep): PlacedValue {
  const sides = [step.left, step.right];
  const computed = sides.filter((name) => emitter.weight(name) === null).map((name) => emitter.read(name));
  const shapes = sides.map((name) => emitter.weight(name)?.shape ?? emitter.read(name).shape);
  const shape = broadcastShape(shapes[0] ?? [], shapes[1] ?? []);
  const isMixed = computed.some((value) => value.shape.length !== shape.length);
  const moved = computed.find(({ order }) => order.some((axis, position) => axis !== position));
  const order = isMixed ? naturalOrder(shape.length) : ((moved ?? computed[0])?.order ?? naturalOrder(shape.length));
  const inputs = sides.map((name) => {
    const isWeight = emitter.weight(name) !== null;
    return isWeight || !isMixed
      ? emitter.broadcastInOrder(name, order)
      : emitter.inOrder(name, naturalOrder(emitter.read(name).shape.length));
  });
  const name = emitter.apply(binaryOperators[step.function], inputs, [], emitter.outputName(step.output));
  return { name, shape, order };
}
