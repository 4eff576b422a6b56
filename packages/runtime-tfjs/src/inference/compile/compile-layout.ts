import { runKernel } from '../tensorflow-inference.ts';
import { type StepCompilers, sizesFor } from './compiled-step.ts';

export const layoutCompilers: StepCompilers<'reshape' | 'transpose' | 'tile'> = {
  reshape:
    (tf, { input, shape }) =>
    (read, rows) =>
      runKernel(tf, 'Reshape', { x: read(input) }, { shape: sizesFor(shape, rows) }),
  transpose:
    (tf, { input, permutation }) =>
    (read) =>
      runKernel(tf, 'Transpose', { x: read(input) }, { perm: permutation }),
  tile:
    (tf, { input, repeats }) =>
    (read, rows) =>
      runKernel(tf, 'Tile', { x: read(input) }, { reps: sizesFor(repeats, rows) }),
};
