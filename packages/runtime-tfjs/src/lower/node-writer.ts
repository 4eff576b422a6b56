// Writes the steps of one layer or node of TensorFlow.js, named after it, into the program of its network.

import {
  fixedSizes,
  type NewStep,
  type ProgramBinaryFunction,
  type ProgramFunction,
  type ProgramWriter,
} from '@ztw/program';

/** Every method that adds a step returns the name of its result: a variant of the layer's. */
export interface NodeWriter {
  add(step: NewStep): string;
  apply(name: ProgramFunction, input: string): string;
  /** @param right A name, or a value that is the same everywhere. */
  combine(name: ProgramBinaryFunction, left: string, right: string | number): string;
  /** Stores values, row-major. @returns their name, a variant of the layer's and `part`. */
  store(part: string, shape: readonly number[], data: Float32Array): string;
  /**
   * Gives the layer's result the layer's name, where it is that of the newest step; else it keeps its own.
   * @param rowShape Of the result as it lies in memory.
   * @returns its name.
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
