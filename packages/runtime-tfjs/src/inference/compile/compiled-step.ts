import type { Tensor } from '@tensorflow/tfjs-core';
import type { ProgramOperator, ProgramSize, StepOf } from '@ztw/program';
import type { TensorflowInference } from '../tensorflow-inference.ts';

/** Reads a tensor by its name in the program. The reader must not dispose it. */
export type ReadTensor = (name: string) => Tensor;

/** @returns a new tensor, which belongs to the caller. */
export type CompiledStep = (read: ReadTensor, rows: number) => Tensor;

/** One function per operator. It computes the attributes of a step once, when the program is loaded. */
export type StepCompilers<Operator extends ProgramOperator> = {
  readonly [Each in Operator]: (tf: TensorflowInference, step: StepOf<Each>) => CompiledStep;
};

export function sizesFor(sizes: readonly ProgramSize[], rows: number): readonly number[] {
  return sizes.map((size) => (typeof size === 'number' ? size : size.perRow * rows));
}
