import type { Parameter } from '@ztw/core/runtime';
import type { TensorProgram } from '@ztw/program';

/** A network of TensorFlow.js as a program of tensor operations, its weights beside it. */
export interface NetworkProgram {
  /** For reports. */
  readonly name: string;
  /** From one input (`[rows, height, width, channels]` for images) to logits `[rows, classes]`, without earlier logits or cuts. */
  readonly program: TensorProgram;
  /** The stored tensors that steps name. */
  readonly weights: ReadonlyMap<string, Parameter>;
  readonly classes: number;
  /** Whether the network ends in a softmax. The program leaves it out: softmax of its logits is what the network returns. */
  readonly droppedSoftmax: boolean;
  /** Number of layers or nodes on the way to the output, as the network counts them. */
  readonly layers: number;
  /** Number of stored weights of those, as the network counts them. */
  readonly parameters: number;
  /** MACs (conv + matmul) per row. */
  readonly macs: number;
}
