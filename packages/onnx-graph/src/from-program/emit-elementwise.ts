import { type BinaryStep, naturalOrder, type ProgramBinaryFunction, type StepOf } from '@ztw/program';
import { floatAttribute } from '../graph/build.ts';
import { emitClip, emitFunction } from './emit-activation.ts';
import { broadcastShape, type PlacedValue } from './placed-value.ts';
import type { ProgramEmitter, StepEmitters } from './program-emitter.ts';

const binaryNodes: Readonly<Record<ProgramBinaryFunction, string>> = {
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Mul',
  divide: 'Div',
  power: 'Pow',
  minimum: 'Min',
  maximum: 'Max',
};

/** An elementwise step. It works with any order of axes. */
function inPlace<Step extends { readonly input: string; readonly output: string }>(
  write: (emitter: ProgramEmitter, step: Step, input: string, output: string) => void,
): (emitter: ProgramEmitter, step: Step) => PlacedValue {
  return (emitter, step) => {
    const value = emitter.read(step.input);
    const output = emitter.outputName(step.output);
    write(emitter, step, value.name, output);
    return { ...value, name: output };
  };
}

/** Writes both operands in the axis order of a computed operand, or in the program's order where their ranks differ. */
function emitBinary(emitter: ProgramEmitter, step: BinaryStep): PlacedValue {
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
  const name = emitter.apply(binaryNodes[step.function], inputs, [], emitter.outputName(step.output));
  return { name, shape, order };
}

export const elementwiseEmitters: StepEmitters<'function' | 'clip' | 'leaky-relu' | 'binary'> = {
  function: inPlace((emitter, step: StepOf<'function'>, input, output) => {
    emitFunction(emitter, step.function, input, output);
  }),
  clip: inPlace((emitter, { minimum, maximum }: StepOf<'clip'>, input, output) => {
    emitClip(emitter, input, minimum, maximum, output);
  }),
  'leaky-relu': inPlace((emitter, { slope }: StepOf<'leaky-relu'>, input, output) => {
    emitter.apply('LeakyRelu', [input], [floatAttribute('alpha', slope)], output);
  }),
  binary: emitBinary,
};
