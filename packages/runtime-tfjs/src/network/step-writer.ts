// What heads are written with: steps and weights under names of their own, and maps whose axes are moved only where somebody needs them moved.

import type { Parameter, RowShape } from '@ztw/core';
import type { ProgramBinaryFunction, ProgramStep } from '@ztw/program';
import { channelsLastShape } from './row-layout.ts';

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

export interface StepWriter {
  readonly steps: readonly ProgramStep[];
  readonly weights: ReadonlyMap<string, Parameter>;
  /** Adds a step. @returns its output. */
  add(step: DistributiveOmit<ProgramStep, 'output'>): string;
  /** Stores a tensor. @returns its name. */
  store(shape: readonly number[], data: Float32Array): string;
}

/** A tensor on its way through a head. */
export interface HeadValue {
  readonly name: string;
  /** Row shape as heads see it: maps are `[channels, height, width]`. */
  readonly shape: RowShape;
  /** Whether it is a map that lies in memory as `[height, width, channels]`. */
  readonly isChannelsLast: boolean;
}

export function createStepWriter(): StepWriter {
  const steps: ProgramStep[] = [];
  const weights = new Map<string, Parameter>();
  return {
    steps,
    weights,
    add(step) {
      const output = `step_${steps.length}`;
      steps.push({ ...step, output } as ProgramStep);
      return output;
    },
    store(shape, data) {
      const name = `weight_${weights.size}`;
      weights.set(name, { shape, data });
      return name;
    },
  };
}

/** The value in memory as heads see it. */
export function channelsFirst(writer: StepWriter, { name, shape, isChannelsLast }: HeadValue): string {
  if (!isChannelsLast) return name;
  return isOnePosition(shape)
    ? writer.add({ operator: 'reshape', input: name, shape: [{ perRow: 1 }, ...shape] })
    : writer.add({ operator: 'transpose', input: name, permutation: [0, 3, 1, 2] });
}

/** A map with its channels last in memory. */
export function channelsLast(writer: StepWriter, { name, shape, isChannelsLast }: HeadValue): string {
  if (isChannelsLast) return name;
  return isOnePosition(shape)
    ? writer.add({ operator: 'reshape', input: name, shape: [{ perRow: 1 }, ...channelsLastShape(shape)] })
    : writer.add({ operator: 'transpose', input: name, permutation: [0, 2, 3, 1] });
}

export function binary({ add }: StepWriter, name: ProgramBinaryFunction, left: string, right: string): string {
  return add({ operator: 'binary', function: name, left, right });
}

export function constant({ store }: StepWriter, value: number): string {
  return store([1], Float32Array.of(value));
}

export function scaled(writer: StepWriter, input: string, factor: number): string {
  return binary(writer, 'multiply', input, constant(writer, factor));
}

/** A map of one position lies in memory the same either way. */
function isOnePosition([, height, width]: RowShape): boolean {
  return height === 1 && width === 1;
}
