// A stage, or a whole network, as a plain list of tensor operations, for runtimes that do not read ONNX files.
// Everything that depends on the source format is resolved when the program is written: operator versions, attributes
// and their defaults, shapes, and axis orders. A runtime only executes the steps in order, on row-major float32
// tensors.

import type { RowShape } from '@ztw/core';
import type { ProgramStep } from './steps/program-steps.ts';
import type { ProgramWeight } from './weights/program-weights.ts';

/** An input or output tensor of a program. Its first axis is the rows. */
export interface ProgramPort {
  readonly name: string;
  /** Shape of one row in memory, for example `[height, width, channels]` for an image with channels last. */
  readonly rowShape: RowShape;
}

export interface TensorProgram {
  /** Programs of whole networks use the same name, because the format is the same. */
  readonly format: 'ztw-stage-program';
  readonly version: 1;
  /** The stage's feature inputs in order, or the input of a whole network. */
  readonly inputs: readonly ProgramPort[];
  /** Name under which steps read the previous stage's logits; null without cascade. */
  readonly previousLogits: string | null;
  /** Tensors of the next cut, in the stage's order. Each is the output of a step. */
  readonly outputs: readonly ProgramPort[];
  /** The step output that holds the logits `[rows, classes]`. */
  readonly logits: string;
  /**
   * The weights that steps read, as views of the tensors in the stage's weights files. Default: every tensor of the
   * program's own weights file, under its name.
   */
  readonly weights?: readonly ProgramWeight[];
  /** Steps in order. A step reads inputs, stored weights and outputs of earlier steps. */
  readonly steps: readonly ProgramStep[];
}
