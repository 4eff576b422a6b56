// Steps that only move values.

import { UnsupportedModelError } from '@ztw/core';
import { naturalOrder, type ProgramSize, type StepOf } from '@ztw/program';
import { intAttribute } from '../graph/build.ts';
import { channelsFirst, type PlacedValue, sameLength, sameMemory } from './placed-value.ts';
import { type ProgramEmitter, reshapeTarget, type StepEmitters } from './program-emitter.ts';

/** Values in the program's order of axes; where axes of length 1 make no difference, they stay where they lie. */
function emitReshape(emitter: ProgramEmitter, step: StepOf<'reshape'>): PlacedValue {
  const value = emitter.read(step.input);
  const shape = step.shape;
  const isUnchanged =
    shape.length === value.shape.length && shape.every((size, axis) => sameLength(size, value.shape[axis]));
  if (isUnchanged) return value;
  const natural = naturalOrder(value.shape.length);
  const input = sameMemory(value.shape, value.order, natural) ? value.name : emitter.inOrder(step.input, natural);
  const own = naturalOrder(shape.length);
  // A column of features that becomes a map of one pixel is read by a convolution next.
  const order = shape.length === 4 && sameMemory(shape, channelsFirst, own) ? channelsFirst : own;
  const output = emitter.outputName(step.output);
  const rows: ProgramSize = { perRow: 1 };
  if (shape.length === 2 && sameLength(shape[0], rows) && sameLength(value.shape[0], rows)) {
    emitter.apply('Flatten', [input], [intAttribute('axis', 1)], output);
    return { name: output, shape, order };
  }
  const sizes = reshapeTarget(
    order.map((axis) => shape[axis] as ProgramSize),
    step.output,
  );
  emitter.apply('Reshape', [input, emitter.builder.integers(`${output}/shape`, [sizes.length], sizes)], [], output);
  return { name: output, shape, order };
}

/** No node: from here on, the same tensor has another order of axes. */
function emitTranspose(emitter: ProgramEmitter, step: StepOf<'transpose'>): PlacedValue {
  const { name, shape, order } = emitter.read(step.input);
  return {
    name,
    shape: step.permutation.map((axis) => shape[axis] as ProgramSize),
    order: order.map((axis) => step.permutation.indexOf(axis)),
  };
}

function emitConcat(emitter: ProgramEmitter, step: StepOf<'concat'>): PlacedValue {
  const values = step.inputs.map((name) => emitter.read(name));
  const [first] = values as [PlacedValue];
  const axis = (step.axis + first.shape.length) % first.shape.length;
  const moved = values.find(({ order }) => order.some((each, position) => each !== position));
  const { order } = moved ?? first;
  const inputs = step.inputs.map((name) => emitter.inOrder(name, order));
  const name = emitter.apply(
    'Concat',
    inputs,
    [intAttribute('axis', order.indexOf(axis))],
    emitter.outputName(step.output),
  );
  const length = values.reduce((sum, { shape }) => sum + (shape[axis] as number), 0);
  return { name, shape: first.shape.with(axis, length), order };
}

function emitSlice(emitter: ProgramEmitter, step: StepOf<'slice'>): PlacedValue {
  const value = emitter.read(step.input);
  const output = emitter.outputName(step.output);
  const stored = (hint: string, entry: number): string => emitter.builder.integers(`${output}/${hint}`, [1], [entry]);
  const end = step.start + step.length * step.stride;
  // A negative end would be counted from the end of the axis.
  const inputs = [
    stored('start', step.start),
    stored('end', end < 0 ? -(2 ** 31) : end),
    stored('axis', value.order.indexOf(step.axis)),
    stored('stride', step.stride),
  ];
  emitter.apply('Slice', [value.name, ...inputs], [], output);
  return { ...value, name: output, shape: value.shape.with(step.axis, step.length) };
}

function emitPad(emitter: ProgramEmitter, step: StepOf<'pad'>): PlacedValue {
  const value = emitter.read(step.input);
  const output = emitter.outputName(step.output);
  const sides = value.order.map((axis) => step.pads[axis] ?? [0, 0]);
  const pads = [...sides.map(([before]) => before), ...sides.map(([, after]) => after)];
  const { builder } = emitter;
  const inputs = [
    value.name,
    builder.integers(`${output}/pads`, [pads.length], pads),
    builder.floats(`${output}/value`, [], Float32Array.of(step.value)),
  ];
  emitter.apply('Pad', inputs, [], output);
  const shape = value.shape.map((size, axis) => {
    const [before, after] = step.pads[axis] ?? [0, 0];
    return typeof size === 'number' ? size + before + after : size;
  });
  return { ...value, name: output, shape };
}

function emitGather(emitter: ProgramEmitter, step: StepOf<'gather'>): PlacedValue {
  const value = emitter.read(step.input);
  const output = emitter.outputName(step.output);
  const indices = emitter.builder.integers(`${output}/indices`, [step.indices.length], step.indices);
  emitter.apply('Gather', [value.name, indices], [intAttribute('axis', value.order.indexOf(step.axis))], output);
  return { ...value, name: output, shape: value.shape.with(step.axis, step.indices.length) };
}

function emitTile(emitter: ProgramEmitter, step: StepOf<'tile'>): PlacedValue {
  const value = emitter.read(step.input);
  const repeats = step.repeats.map((count) => {
    if (typeof count === 'number') return count;
    throw new UnsupportedModelError(
      `step "${step.output}" repeats a tensor once per row, which is not written as ONNX; store it once per row, or leave it out`,
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

export const layoutEmitters: StepEmitters<'reshape' | 'transpose' | 'concat' | 'slice' | 'pad' | 'gather' | 'tile'> = {
  reshape: emitReshape,
  transpose: emitTranspose,
  concat: emitConcat,
  slice: emitSlice,
  pad: emitPad,
  gather: emitGather,
  tile: emitTile,
};
