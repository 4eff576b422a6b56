import { UnsupportedModelError } from '@ztw/core';
import type { ProgramPort } from '@ztw/program';
import type { NetworkProgram } from './network-program.ts';
import { dropSoftmax } from './passes/drop-softmax.ts';
import { foldPads } from './passes/fold-pads.ts';
import { foldScales } from './passes/fold-scales.ts';
import type { ProgramWriter } from './program-writer.ts';

export interface FinishProgramOptions {
  readonly writer: ProgramWriter;
  readonly input: ProgramPort;
  /** Name of what the network returns. */
  readonly result: string;
  readonly classes: number;
  /** Row shapes of results, where they are known. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
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
  shapes,
  what,
}: FinishProgramOptions): Pick<NetworkProgram, 'program' | 'weights' | 'classes' | 'droppedSoftmax'> {
  const { steps, logits, dropped } = dropSoftmax(writer.steps, result, classes, (name) => shapes.get(name)?.at(-1));
  if (!steps.some(({ output }) => output === logits)) {
    throw new UnsupportedModelError(`"${what}" computes nothing but a softmax, so there is nothing to write.`);
  }
  const weights = new Map(writer.weights);
  return {
    program: {
      format: 'ztw-stage-program',
      version: 1,
      inputs: [input],
      previousLogits: null,
      outputs: [],
      logits,
      steps: foldScales(foldPads(steps, logits), weights, logits),
    },
    weights,
    classes,
    droppedSoftmax: dropped,
  };
}
