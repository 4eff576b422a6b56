// Convolutions and pools of maps `[rows, height, width, channels]`.

import * as v from 'valibot';
import { activation, type ProgramActivation, pads, pair, text, unary } from './step-fields.ts';
import { readsInput, type StepKind, type StepKinds, type UnaryStep } from './step-kind.ts';

/**
 * The filter is `[height, width, in, out]`; for `depthwise-conv2d` `[height, width, in, multiplier]`, where output channel `c * multiplier + m`
 * comes from input channel `c`.
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
};

export const windowSteps: StepKinds<WindowStep> = {
  conv2d: convolution,
  'depthwise-conv2d': convolution,
  'max-pool': pool,
  'average-pool': pool,
};
