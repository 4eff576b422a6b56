import { InvalidBundleError, InvalidInputError, InvalidModelError, UnsupportedModelError, ZtwError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import { inferProgramShapes, naturalOrder, type ProgramPort, sameOrder, type TensorProgram } from '@ztw/program';
import { valueInfo } from '../graph/build.ts';
import { createGraphBuilder } from '../graph/graph-builder.ts';
import { emitStep } from './emit-step.ts';
import { channelsFirst } from './placed-value.ts';
import { createProgramEmitter } from './program-emitter.ts';

export interface ProgramToOnnxOptions {
  /** Name of the graph. Default `network`. */
  readonly name?: string;
  /** Metadata of the file, by key. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The newest opset in which reductions take their axes as attributes, and the first with LayerNormalization. */
const opset = 17;
const irVersion = 8n;

const inputName = 'input';
const outputName = 'logits';

/**
 * Writes the program of a whole network, with its weights, as an ONNX model (opset 17).
 * The model reads `input`, `[batch, channels, height, width]` where the program reads maps, else `[batch, ...rowShape]`.
 * It returns `logits`, `[batch, classes]`, for any number of rows. Maps are channels-first throughout. A transpose is
 * written only where a step needs the program's order, such as a flatten.
 * @param weights The stored tensors that steps name.
 * @throws InvalidInputError for the program of a stage, which reads or returns features of a cut or earlier logits;
 *   UnsupportedModelError for steps that ONNX cannot express;
 *   InvalidModelError for steps and weights that do not fit together.
 */
export function programToOnnx(
  program: TensorProgram,
  weights: ReadonlyMap<string, Parameter>,
  options: ProgramToOnnxOptions = {},
): Uint8Array {
  const input = wholeNetworkInput(program);
  const { name = 'network', metadata = {} } = options;
  const builder = createGraphBuilder(opset, [inputName, outputName]);
  const emitter = createProgramEmitter(builder, weights, (step) =>
    step === program.logits ? outputName : builder.claim(step),
  );
  const order = input.rowShape.length === 3 ? channelsFirst : naturalOrder(input.rowShape.length + 1);
  emitter.place(input.name, { name: inputName, shape: [{ perRow: 1 }, ...input.rowShape], order });
  try {
    for (const step of program.steps) emitter.place(step.output, emitStep(emitter, step));
  } catch (error) {
    // Emitters trust the shapes. Where they do not fit, this names the step.
    if (!ZtwError.isInstance(error)) checkShapes(program, weights);
    throw error;
  }
  // After the emitters, whose errors name more precisely what ONNX cannot express.
  checkShapes(program, weights);
  const logits = emitter.read(program.logits);
  const [rows, classes] = logits.shape;
  if (logits.shape.length !== 2 || typeof rows !== 'object' || typeof classes !== 'number') {
    throw new UnsupportedModelError(
      `the network should end in one row of values per image, but "${program.logits}" has ${logits.shape.length} axes`,
      { expected: 2, received: logits.shape.length, path: program.logits },
    );
  }
  if (!sameOrder(logits.order, naturalOrder(2))) {
    throw new UnsupportedModelError(`"${program.logits}" has its rows last; a classifier returns rows first`, {
      path: program.logits,
    });
  }
  // A step that writes no node shares its tensor with other steps.
  if (logits.name !== outputName) builder.apply('Identity', [logits.name], [], outputName);
  return builder.finish({
    name,
    irVersion,
    metadata,
    inputs: [valueInfo(inputName, ['batch', ...order.slice(1).map((axis) => input.rowShape[axis - 1] as number)])],
    outputs: [valueInfo(outputName, ['batch', classes])],
  });
}

function wholeNetworkInput({ inputs, outputs, previousLogits }: TensorProgram): ProgramPort {
  const [input] = inputs;
  if (input === undefined || inputs.length > 1 || outputs.length > 0 || previousLogits !== null) {
    throw new InvalidInputError(
      `Expected the program of a whole network, from one input to its logits; received that of a stage: ${inputs.length} inputs, ` +
        `${outputs.length} outputs at a cut, ${previousLogits === null ? 'no' : 'with'} earlier logits.`,
      { expected: 'the program of a whole network', received: 'the program of a stage' },
    );
  }
  return input;
}

function checkShapes(program: TensorProgram, weights: ReadonlyMap<string, Parameter>): void {
  try {
    inferProgramShapes(program, new Map([...weights].map(([name, { shape }]) => [name, shape])));
  } catch (error) {
    if (!InvalidBundleError.isInstance(error)) throw error;
    throw new InvalidModelError(`steps and weights do not fit together: ${error.message}`, {
      cause: error,
      expected: error.expected,
      received: error.received,
      ...(error.path === null ? {} : { path: error.path }),
    });
  }
}
