import type { ProgramActivation, ProgramFunction } from '@ztw/program';
import type { ProgramEmitter } from './program-emitter.ts';

/** ONNX operators of elementwise functions; `relu6` is a Clip. */
const functionNodes: Readonly<Record<Exclude<ProgramFunction, 'relu6'>, string>> = {
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  erf: 'Erf',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  abs: 'Abs',
  neg: 'Neg',
  elu: 'Elu',
  selu: 'Selu',
  softplus: 'Softplus',
  reciprocal: 'Reciprocal',
};

export function emitFunction(emitter: ProgramEmitter, name: ProgramFunction, input: string, output: string): string {
  return name === 'relu6'
    ? emitClip(emitter, input, 0, 6, output)
    : emitter.apply(functionNodes[name], [input], [], output);
}

/** `min(max(x, minimum), maximum)`; null for no limit. */
export function emitClip(
  { builder }: ProgramEmitter,
  input: string,
  minimum: number | null,
  maximum: number | null,
  output: string,
): string {
  const limit = (hint: string, value: number | null): string =>
    value === null ? '' : builder.floats(`${output}/${hint}`, [], Float32Array.of(value));
  const limits = [limit('minimum', minimum), ...(maximum === null ? [] : [limit('maximum', maximum)])];
  return builder.apply('Clip', [input, ...limits], [], output);
}

/**
 * Writes a layer and its activation.
 * @param write Writes the layer under the given name.
 */
export function emitActivated(
  emitter: ProgramEmitter,
  activation: ProgramActivation,
  output: string,
  write: (output: string) => string,
): string {
  if (activation === null) return write(output);
  return emitFunction(emitter, activation, write(emitter.builder.claim(`${output}/linear`)), output);
}
