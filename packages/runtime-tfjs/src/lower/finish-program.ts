import { UnsupportedModelError } from '@ztw/core';
import { closeProgram, dropSoftmax, foldPads, foldScales, type ProgramPort, type ProgramWriter } from '@ztw/program';
import type { NetworkProgram } from './network-program.ts';

export interface FinishProgramOptions {
  readonly writer: ProgramWriter;
  readonly input: ProgramPort;
  /** Name of the tensor that the network returns. */
  readonly result: string;
  readonly classes: number;
  /** The network's name, for messages. */
  readonly what: string;
}

/**
 * Removes a final softmax, folds padding and scales into other steps, and closes the program.
 * @throws UnsupportedModelError where no step remains.
 */
export function finishProgram({
  writer,
  input,
  result,
  classes,
  what,
}: FinishProgramOptions): Pick<NetworkProgram, 'program' | 'weights' | 'classes' | 'droppedSoftmax'> {
  const { body, logits, dropped } = dropSoftmax(writer.body([result]), classes);
  if (!body.steps.some(({ output }) => output === logits)) {
    throw new UnsupportedModelError(
      `Expected a network that computes its logits; received "${what}", which computes nothing but a softmax. Use a network with weights.`,
      { path: what },
    );
  }
  const ports = { inputs: [input], previousLogits: null, outputs: [], logits };
  return { ...closeProgram(foldScales(foldPads(body)), ports), classes, droppedSoftmax: dropped };
}
