// Steps that rearrange the values of a tensor.

import { UnsupportedModelError } from '@ztw/core';
import { naturalOrder, type ProgramSize, type StepOf } from '@ztw/program';
import { intAttribute } from '../graph/build.ts';
import { channelsFirst, type PlacedValue, sameLength, sameMemory } from './placed-value.ts';
import { type ProgramEmitter, reshapeSizes, type StepEmitters } from './program-emitter.ts';

/** Reshapes from the program's order of axes. Values stay in place where only axes of length 1 differ. */
function emitReshape(emitter: ProgramEmitter, step: StepOf<'reshape'>): PlacedValue {
  const value = emitter.read(step.input);
  const shape = step.shape;
  const isUnchanged =
    shape.length === value.shape.length && shape.every((size, axis) => sameLength(size, value.shape[axis]));
  if (isUnchanged) return value;
  const natural = naturalOrder(value.shape.length);
  const input = sameMemory(value.shape, value.order, natural) ? value.name : emitter.inOrder(step.input, natural);
  const own = naturalOrder(shape.length);
  // Columns of features that become a map of one pixel: a convolution reads them next.
  const order = shape.length === 4 && sameMemory(shape, channelsFirst, own) ? channelsFirst : own;
  const output = emitter.outputName(step.output);
  const rows: ProgramSize = { perRow: 1 };
  if (shape.length === 2 && sameLength(shape[0], rows) && sameLength(value.shape[0], rows)) {
    emitter.apply('Flatten', [input], [intAttribute('axis', 1)], output);
    return { name: output, shape, order };
  }
  const sizes = reshapeSizes(
    order.map((axis) => shape[axis] as ProgramSize),
    step.output,
  );
  emitter.apply('Reshape', [input, emitter.builder.integers(`${output}/shape`, [sizes.length], sizes)], [], output);
  return { name: output, shape, order };
}

/** Writes no node: the same tensor gets another order of axes. */
function emitTranspose(emitter: ProgramEmitter, step: StepOf<'transpose'>): PlacedValue {
  const { name, shape, order } = emitter.read(step.input);
  return {
    name,
    shape: step.permutation.map((axis) => shape[axis] as ProgramSize),
    order: order.map((axis) => step.permutation.indexOf(axis)),
  };
}

function emitTile(emitter: ProgramEmitter, step: StepOf<'tile'>): PlacedValue {
  const value = emitter.read(step.input);
  const repeats = step.repeats.map((count) => {
    if (typeof count === 'number') return count;
    throw new UnsupportedModelError(
      `step "${step.output}" repeats a tensor once per row, which has no ONNX form here; store the tensor once per row, or remove the step`,
      { path: step.output },
    );
  });
  const output = emitter.outputName(step.output);
  const stored = emitter.builder.integers(
    `${output}/repeats`,
    [repeats.length],
    value.order.map((axis) => repeats[axis] ?? 1),
  );
  emitter.apply('Tile', [value.name, stored], [], output);
  const shape = value.shape.map((size, axis) =>
    typeof size === 'number' ? size * (repeats[axis] ?? 1) : { perRow: size.perRow * (repeats[axis] ?? 1) },
  );
  return { ...value, name: output, shape };
}

export const layoutEmitters: StepEmitters<'reshape' | 'transpose' | 'tile'> = {
  reshape: emitReshape,
  transpose: emitTranspose,
  tile: emitTile,
};
