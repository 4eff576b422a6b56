// Activations by their names in TensorFlow.js, as steps. An activation without a function in programs becomes several
// steps.

import type { ProgramFunction } from '@ztw/program';
import type { NodeWriter } from './node-writer.ts';

/** @param rank Number of axes of the input, including the row axis. @returns the result's name. */
type WriteActivation = (writer: NodeWriter, input: string, rank: number) => string;

const plain =
  (name: ProgramFunction): WriteActivation =>
  (writer, input) =>
    writer.apply(name, input);

const activations: ReadonlyMap<string, WriteActivation> = new Map<string, WriteActivation>([
  ['linear', (_writer, input) => input],
  ['relu', plain('relu')],
  ['relu6', plain('relu6')],
  ['sigmoid', plain('sigmoid')],
  ['tanh', plain('tanh')],
  ['elu', plain('elu')],
  ['selu', plain('selu')],
  ['softplus', plain('softplus')],
  ['softmax', (writer, input) => writer.add({ operator: 'softmax', input })],
  [
    'logSoftmax',
    (writer, input, rank) => {
      const overClasses = { operator: 'reduce', axes: [rank - 1], keepAxes: true } as const;
      const most = writer.add({ ...overClasses, function: 'maximum', input });
      const shifted = writer.combine('subtract', input, most);
      const sum = writer.add({ ...overClasses, function: 'sum', input: writer.apply('exp', shifted) });
      return writer.combine('subtract', shifted, writer.apply('log', sum));
    },
  ],
  [
    'hardSigmoid',
    (writer, input) => {
      const line = writer.combine('add', writer.combine('multiply', input, 0.2), 0.5);
      return writer.add({ operator: 'clip', input: line, minimum: 0, maximum: 1 });
    },
  ],
  [
    'softsign',
    (writer, input) => writer.combine('divide', input, writer.combine('add', writer.apply('abs', input), 1)),
  ],
  ['swish', (writer, input) => writer.combine('multiply', input, writer.apply('sigmoid', input))],
  ['mish', (writer, input) => writer.combine('multiply', input, writer.apply('tanh', writer.apply('softplus', input)))],
  [
    'gelu',
    (writer, input) => {
      const erf = writer.apply('erf', writer.combine('multiply', input, Math.SQRT1_2));
      return writer.combine('multiply', writer.combine('multiply', input, 0.5), writer.combine('add', erf, 1));
    },
  ],
  [
    'gelu_new',
    (writer, input) => {
      const cube = writer.combine('multiply', writer.combine('multiply', input, input), input);
      const inner = writer.combine('add', input, writer.combine('multiply', cube, 0.044715));
      const tanh = writer.apply('tanh', writer.combine('multiply', inner, Math.sqrt(2 / Math.PI)));
      return writer.combine('multiply', writer.combine('multiply', input, 0.5), writer.combine('add', tanh, 1));
    },
  ],
]);

/** All names that `writeActivation` knows. */
export const knownActivations: readonly string[] = [...activations.keys()];

/** Writes an activation; null for one that is unknown. */
export function writeActivation(writer: NodeWriter, name: string, input: string, rank: number): string | null {
  return activations.get(name)?.(writer, input, rank) ?? null;
}
