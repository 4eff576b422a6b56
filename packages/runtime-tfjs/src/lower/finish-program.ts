import { UnsupportedModelError } from '@ztw/core';
import { closeProgram, dropSoftmax, foldPads, foldScales, type ProgramPort, type ProgramWriter } from '@ztw/program';
import type { NetworkProgram } from './network-program.ts';

export interface FinishProgramOptions {
  readonly writer: ProgramWriter;
  readonly input: ProgramPort;
  /** Name of what the network returns. */
  readonly result: string;
  readonly classes: number;
  /** The network's name, for messages. */
  readonly what: string;
}

/**
 * Leaves out what a network does not need to run, and closes the program.
 * @throws UnsupportedModelError where nothing is computed.
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
    throw new UnsupportedModelError(`"${what}" computes nothing but a softmax, so there is nothing to write.`);
  }
  const ports = { inputs: [input], previousLogits: null, outputs: [], logits };
  return { ...closeProgram(foldScales(foldPads(body)), ports), classes, droppedSoftmax: dropped };
}
