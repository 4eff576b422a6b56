// A program that is ready to run: its weights are in the memory of the backend, and its steps are compiled.

import type { Tensor } from '@tensorflow/tfjs-core';
import type { StageWeights } from '@ztw/bundle';
import { RuntimeFailureError } from '@ztw/core';
import {
  inferProgramShapes,
  type ProgramWeight,
  parseTensorProgram,
  readWeight,
  stepReads,
  type TensorProgram,
} from '@ztw/program';
import { compileStep } from './compile/compile-step.ts';
import type { CompiledStep } from './compile/compiled-step.ts';
import { checkRunMemory, peakValuesPerRow } from './run-memory.ts';
import type { TensorflowInference } from './tensorflow-inference.ts';

export interface OpenProgramOptions {
  readonly tf: TensorflowInference;
  /** The program's JSON file. */
  readonly steps: Uint8Array;
  /** Its opened weights files. */
  readonly weights: StageWeights;
  /** Path of the JSON file, for messages. */
  readonly path: string;
  /** The stage's name, for messages. */
  readonly what: string;
  /** Columns of the previous logits. Needed for a program that reads them. */
  readonly previousClasses?: number;
  /** Columns that the logits must have. Default: any shape, because a head's prefix returns features in their place. */
  readonly classes?: number;
}

export interface ProgramResult {
  /** Tensors of the next cut. The caller disposes them. */
  readonly outputs: readonly Tensor[];
  /** `[rows, classes]`. The caller disposes it. */
  readonly logits: Tensor;
}

/** Something that runs as a stage. */
export interface StageRunner {
  /**
   * Runs all steps. Consumes the inputs and the previous logits, also when it throws.
   * @throws RuntimeFailureError naming the step that failed; InvalidInputError for more rows than fit into memory.
   */
  run(inputs: readonly Tensor[], previousLogits: Tensor | null, rows: number): ProgramResult;
  /** Frees the weights. */
  release(): void;
}

export interface OpenProgram extends StageRunner {
  readonly program: TensorProgram;
}

/** A step, and the tensors that no later step reads. */
interface ScheduledStep {
  readonly output: string;
  readonly run: CompiledStep;
  readonly lastReads: readonly string[];
}

/**
 * Checks the program against its weights, uploads them, and compiles the steps.
 * @throws InvalidBundleError for damaged files, and for steps that do not fit together. Nothing is uploaded in that
 *   case.
 */
export function openProgram({
  tf,
  steps,
  weights,
  path,
  what,
  previousClasses,
  classes,
}: OpenProgramOptions): OpenProgram {
  const { program, weights: listed } = parseTensorProgram(steps, weights.shapes, path);
  const weightShapes = new Map(listed.map(({ name, shape }) => [name, shape]));
  const shapes = inferProgramShapes(program, weightShapes, { path, previousClasses, classes });
  const constants = upload(tf, listed, weights);
  const schedule = scheduleSteps(tf, program, constants);
  const peakValues = peakValuesPerRow(program, schedule, shapes);
  return {
    program,
    run(inputs, previousLogits, rows) {
      const live = new Map<string, Tensor>();
      for (const [position, { name }] of program.inputs.entries()) live.set(name, inputs[position] as Tensor);
      if (program.previousLogits !== null && previousLogits !== null) live.set(program.previousLogits, previousLogits);
      try {
        checkRunMemory(tf, rows, peakValues, what);
        runSteps(schedule, constants, live, rows, what);
        const take = (name: string): Tensor => {
          const tensor = live.get(name) as Tensor;
          live.delete(name);
          return tf.keep(tensor);
        };
        return { outputs: program.outputs.map(({ name }) => take(name)), logits: take(program.logits) };
      } finally {
        for (const tensor of live.values()) tensor.dispose();
      }
    },
    release() {
      for (const tensor of constants.values()) tensor.dispose();
      constants.clear();
    },
  };
}

/** Reads and uploads one weight at a time. Nothing stays in memory after a failure. */
function upload(
  tf: TensorflowInference,
  listed: readonly ProgramWeight[],
  { read }: StageWeights,
): Map<string, Tensor> {
  const constants = new Map<string, Tensor>();
  try {
    for (const weight of listed) {
      const { shape, data } = readWeight(weight, read(weight.tensor));
      constants.set(weight.name, tf.keep(tf.tensor(data, [...shape], 'float32')));
    }
    return constants;
  } catch (error) {
    for (const tensor of constants.values()) tensor.dispose();
    throw error;
  }
}

function runSteps(
  schedule: readonly ScheduledStep[],
  constants: ReadonlyMap<string, Tensor>,
  live: Map<string, Tensor>,
  rows: number,
  what: string,
): void {
  const read = (name: string): Tensor => (live.get(name) ?? constants.get(name)) as Tensor;
  for (const { output, run, lastReads } of schedule) {
    try {
      live.set(output, run(read, rows));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new RuntimeFailureError(`TensorFlow.js failed in ${what} at step "${output}": ${reason}`, {
        cause,
        path: `${what}, step "${output}"`,
      });
    }
    for (const name of lastReads) {
      live.get(name)?.dispose();
      live.delete(name);
    }
  }
}

function scheduleSteps(
  tf: TensorflowInference,
  program: TensorProgram,
  constants: ReadonlyMap<string, Tensor>,
): readonly ScheduledStep[] {
  const needed = new Set([...program.outputs.map(({ name }) => name), program.logits, ...constants.keys()]);
  const schedule: ScheduledStep[] = [];
  for (const step of program.steps.toReversed()) {
    const lastReads = [...new Set(stepReads(step))].filter((name) => !needed.has(name));
    for (const name of lastReads) needed.add(name);
    schedule.push({ output: step.output, run: compileStep(tf, step), lastReads });
  }
  return schedule.toReversed();
}
