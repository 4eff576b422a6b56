import type { Parameter } from '@ztw/core/runtime';
import type { TensorProgram } from '@ztw/program';

/** A network of TensorFlow.js as a program of tensor operations, with its weights. */
export interface NetworkProgram {
  /** For reports. */
  readonly name: string;
  /**
   * From one input (`[rows, height, width, channels]` for images) to logits `[rows, classes]`, without previous logits
   * or cuts.
   */
  readonly program: TensorProgram;
  /** The stored tensors that steps name. */
  readonly weights: ReadonlyMap<string, Parameter>;
  readonly classes: number;
  /**
   * Whether the network ends in a softmax. The program leaves it out: the network returns the softmax of the program's
   * logits.
   */
  readonly droppedSoftmax: boolean;
  /** Number of layers or nodes that lead to the output, as the network counts them. */
  readonly layers: number;
  /** Number of values in their weights, as the network counts them. */
  readonly parameters: number;
  /** MACs (conv + matmul) per row. */
  readonly macs: number;
}
