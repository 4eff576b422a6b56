// Steps that slice, gather, concatenate or pad tensors.

import type { StepOf } from '@ztw/program';
import { intAttribute } from '../graph/build.ts';
import type { PlacedValue } from './placed-value.ts';
import type { ProgramEmitter, StepEmitters } from './program-emitter.ts';

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
  // ONNX counts a negative end from the end of the axis.
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

export const selectionEmitters: StepEmitters<'concat' | 'slice' | 'pad' | 'gather'> = {
  concat: emitConcat,
  slice: emitSlice,
  pad: emitPad,
  gather: emitGather,
};
