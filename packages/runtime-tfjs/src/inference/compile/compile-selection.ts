import type { SliceStep } from '@ztw/program';
import { takeEntries } from '../take-entries.ts';
import { runKernel, type TensorflowInference } from '../tensorflow-inference.ts';
import type { CompiledStep, StepCompilers } from './compiled-step.ts';

function compileSlice(tf: TensorflowInference, { input, axis, start, length, stride }: SliceStep): CompiledStep {
  return (read) => {
    const x = read(input);
    const at = (value: number, other: readonly number[]): readonly number[] =>
      other.map((entry, position) => (position === axis ? value : entry));
    const zeros = x.shape.map(() => 0);
    if (stride === 1) return runKernel(tf, 'Slice', { x }, { begin: at(start, zeros), size: at(length, x.shape) });
    const attributes = {
      begin: at(start, zeros),
      end: at(start + (length - 1) * stride + 1, x.shape),
      strides: at(
        stride,
        x.shape.map(() => 1),
      ),
      beginMask: 0,
      endMask: 0,
      ellipsisMask: 0,
      newAxisMask: 0,
      shrinkAxisMask: 0,
    };
    return runKernel(tf, 'StridedSlice', { x }, attributes);
  };
}

export const selectionCompilers: StepCompilers<'concat' | 'slice' | 'pad' | 'gather'> = {
  concat:
    (tf, { inputs, axis }) =>
    (read) =>
      runKernel(tf, 'Concat', inputs.map(read), { axis }),
  slice: compileSlice,
  pad:
    (tf, { input, pads, value }) =>
    (read) =>
      runKernel(tf, 'PadV2', { x: read(input) }, { paddings: pads, constantValue: value }),
  gather: (tf, { input, axis, indices }) => {
    const entries = Int32Array.from(indices);
    return (read) => takeEntries(tf, read(input), axis, entries);
  },
};
