// Writes the steps of one layer or node of TensorFlow.js into the program of its network. Names start with that of the
// layer or node.

import {
  fixedSizes,
  type NewStep,
  type ProgramBinaryFunction,
  type ProgramFunction,
  type ProgramWriter,
} from '@ztw/program';

/** A method that adds a step returns the name of its result, which starts with the layer's name. */
export interface NodeWriter {
  add(step: NewStep): string;
  apply(name: ProgramFunction, input: string): string;
  /** @param right The name of a tensor, or a constant. */
  combine(name: ProgramBinaryFunction, left: string, right: string | number): string;
  /** Stores values, row-major. @returns their name, made of the layer's name and `part`. */
  store(part: string, shape: readonly number[], data: Float32Array): string;
  /**
   * Renames the result to the layer's name, if it is the result of the newest step. Any other result keeps its name.
   * @param rowShape Row shape of the result in memory, channels last.
   * @returns the name of the result.
   */
  finish(result: string, rowShape: readonly number[]): string;
}

/** @param name Of the layer or node. */
export function createNodeWriter(program: ProgramWriter, name: string): NodeWriter {
  let newest: string | null = null;
  const writer: NodeWriter = {
    add(step) {
      newest = program.add(step, `${name}/${step.operator}`);
      return newest;
    },
    apply: (functionName, input) => writer.add({ operator: 'function', function: functionName, input }),
    combine: (functionName, left, right) =>
      writer.add({
        operator: 'binary',
        function: functionName,
        left,
        right: typeof right === 'number' ? writer.store('constant', [], Float32Array.of(right)) : right,
      }),
    store: (part, shape, data) => program.store(`${name}/${part}`, { shape, data }),
    finish(result, rowShape) {
      const output = result === newest ? program.renameLast(name) : result;
      program.describe(output, [{ fixed: 0, perRow: 1 }, ...fixedSizes(rowShape)]);
      return output;
    },
  };
  return writer;
}
