// A stage, or a whole network, as a plain list of tensor operations: for runtimes that do not read ONNX files.
// Everything that depends on where a network came from is settled when its program is written: operator versions,
// attributes and their defaults, shapes, and the order in which tensors keep their axes. A runtime only has to carry
// the steps out, one after the other, on row-major float32 tensors.

import type { RowShape } from '@ztw/core';
import type { ProgramStep } from './steps/program-steps.ts';

/** A tensor that goes into a program or comes out of it, first axis the rows. */
export interface ProgramPort {
  readonly name: string;
  /** Shape of one row as it lies in memory: images as `[height, width, channels]` where the program keeps them so. */
  readonly rowShape: RowShape;
}

export interface TensorProgram {
  /** Programs of whole networks carry the same name: they are written and read alike. */
  readonly format: 'ztw-stage-program';
  readonly version: 1;
  /** Feature inputs, in the order of the stage's own; the input of a whole network. */
  readonly inputs: readonly ProgramPort[];
  /** Name under which steps read the logits of the stage before; null without cascade. */
  readonly previousLogits: string | null;
  /** Tensors of the next cut, in the order of the stage's own; each is the output of a step. */
  readonly outputs: readonly ProgramPort[];
  /** The step output that holds the logits `[rows, classes]`. */
  readonly logits: string;
  /** Names read are inputs, stored weights, or outputs of earlier steps. */
  readonly steps: readonly ProgramStep[];
}
