// Convolutions and pools of maps `[rows, height, width, channels]`.

import * as v from 'valibot';
import { formatShape, type Shape } from '../shapes/axis-size.ts';
import { maximumStride, maximumWindowPad } from '../shapes/program-bounds.ts';
import { checkBias, fixedLength, type StepShapes } from '../shapes/step-shapes.ts';
import { activation, type ProgramActivation, pads, pair, text, unary } from './step-fields.ts';
import { readsInput, type StepKind, type StepKinds, type UnaryStep } from './step-kind.ts';

/**
 * The filter is `[height, width, in, out]`; for `depthwise-conv2d` `[height, width, in, multiplier]`, where output
 * channel `c * multiplier + m` comes from input channel `c`.
 */
export interface ConvolutionStep extends UnaryStep<'conv2d' | 'depthwise-conv2d'> {
  readonly filter: string;
  /** `[out]` */
  readonly bias: string | null;
  readonly strides: readonly [number, number];
  /** Zeros before and after: top, bottom, left, right. */
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
  readonly activation: ProgramActivation;
}

/** Padding never counts, neither as a maximum nor in a mean. */
export interface PoolStep extends UnaryStep<'max-pool' | 'average-pool'> {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  /** Top, bottom, left, right. */
  readonly pads: readonly [number, number, number, number];
}

export type WindowStep = ConvolutionStep | PoolStep;

interface WindowOnAxis {
  readonly length: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

function convolutionShape(step: ConvolutionStep, known: StepShapes): Shape {
  const [rows, height, width, channels] = mapShape(known, step.input);
  const filter = known.weight(step.filter);
  const [filterHeight = 0, filterWidth = 0, inChannels = 0, last = 0] = filter;
  if (filter.length !== 4 || filter.some((size) => size < 1) || inChannels !== channels) {
    known.refuse(`a filter [height, width, ${channels}, outputs]`, formatShape(filter));
  }
  const outputs = step.operator === 'conv2d' ? last : channels * last;
  checkBias(known, step.bias, outputs);
  const [top, bottom, left, right] = step.pads;
  const [outHeight, outWidth] = [
    { length: height, size: filterHeight, axis: 0 as const, before: top, after: bottom },
    { length: width, size: filterWidth, axis: 1 as const, before: left, after: right },
  ].map(({ axis, ...window }) =>
    windowCount(known, { ...window, stride: step.strides[axis], dilation: step.dilations[axis] }),
  ) as [number, number];
  return [rows, outHeight, outWidth, outputs];
}

function poolShape(step: PoolStep, known: StepShapes): Shape {
  const [rows, height, width, channels] = mapShape(known, step.input);
  const [top, bottom, left, right] = step.pads;
  const [outHeight, outWidth] = [
    { length: height, axis: 0 as const, before: top, after: bottom },
    { length: width, axis: 1 as const, before: left, after: right },
  ].map(({ axis, ...window }) => {
    const size = step.size[axis];
    // A window that sees padding alone has no maximum and no mean.
    if (window.before >= size || window.after >= size) {
      known.refuse(`pads below the window's ${size}`, `${window.before} before and ${window.after} after`);
    }
    return windowCount(known, { ...window, size, stride: step.strides[axis], dilation: 1 });
  }) as [number, number];
  return [rows, outHeight, outWidth, channels];
}

/** Rows first, all other axes fixed. */
function mapShape(known: StepShapes, input: string): readonly [Shape[number], number, number, number] {
  const shape = known.read(input);
  const [rows] = shape;
  if (shape.length !== 4 || typeof rows !== 'object') {
    return known.refuse('maps [rows, height, width, channels]', formatShape(shape));
  }
  const [height, width, channels] = [1, 2, 3].map((axis) => fixedLength(known, shape, axis, 'maps')) as [
    number,
    number,
    number,
  ];
  return [rows, height, width, channels];
}

/** `floor((before + length + after - reach) / stride) + 1` */
function windowCount(known: StepShapes, { length, size, stride, dilation, before, after }: WindowOnAxis): number {
  if (before > maximumWindowPad || after > maximumWindowPad) {
    known.refuse(`pads of at most ${maximumWindowPad}`, `${before} before and ${after} after`);
  }
  const padded = before + length + after;
  const reach = (size - 1) * dilation + 1;
  if (reach > padded)
    known.refuse(`a window within ${padded} entries, pads included`, `one that reaches over ${reach}`);
  // One window takes any stride, and a window of one entry any dilation.
  if (stride > maximumStride || dilation > maximumStride) {
    known.refuse(`a stride and a dilation of at most ${maximumStride}`, `${stride} and ${dilation}`);
  }
  return Math.floor((padded - reach) / stride) + 1;
}

const convolution: StepKind<ConvolutionStep> = {
  schema: v.strictObject({
    operator: v.picklist(['conv2d', 'depthwise-conv2d']),
    ...unary,
    filter: text,
    bias: v.nullable(text),
    strides: pair,
    pads,
    dilations: pair,
    activation,
  }),
  reads: ({ input, filter, bias }) => [input, filter, ...(bias === null ? [] : [bias])],
  shape: convolutionShape,
};

const pool: StepKind<PoolStep> = {
  schema: v.strictObject({
    operator: v.picklist(['max-pool', 'average-pool']),
    ...unary,
    size: pair,
    strides: pair,
    pads,
  }),
  reads: readsInput,
  shape: poolShape,
};

export const windowSteps: StepKinds<WindowStep> = {
  conv2d: convolution,
  'depthwise-conv2d': convolution,
  'max-pool': pool,
  'average-pool': pool,
};
