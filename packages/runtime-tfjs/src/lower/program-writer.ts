// Collects the steps and weights of a program that is being written, and keeps its names unique.

import type { Parameter } from '@ztw/core';
import type { ProgramBinaryFunction, ProgramFunction, ProgramStep } from '@ztw/program';

/** A step without the name of its result. */
type Unnamed<Step> = Step extends ProgramStep ? Omit<Step, 'output'> : never;

/** Every method that adds a step returns the name of its result: a variant of the hint of the last `begin`. */
export interface ProgramWriter {
  readonly steps: readonly ProgramStep[];
  readonly weights: ReadonlyMap<string, Parameter>;
  /** Takes a name: `hint` where it is free, else a variant. */
  claim(hint: string): string;
  /** Names steps and weights from here on after a layer or node. */
  begin(hint: string): void;
  add(step: Unnamed<ProgramStep>): string;
  apply(name: ProgramFunction, input: string): string;
  /** @param right A name, or a value that is the same everywhere. */
  combine(name: ProgramBinaryFunction, left: string, right: string | number): string;
  /** Stores values, row-major. @returns their name, a variant of `begin`'s hint and `part`. */
  store(part: string, shape: readonly number[], data: Float32Array): string;
  /** Gives the result of the last step the name of `begin`, where it is that of a step added since; else it stays. @returns its name. */
  finish(result: string): string;
}

export function createProgramWriter(): ProgramWriter {
  const steps: ProgramStep[] = [];
  const weights = new Map<string, Parameter>();
  const used = new Set<string>();
  let hint = 'step';
  const writer: ProgramWriter = {
    steps,
    weights,
    claim(wanted) {
      let name = wanted;
      for (let suffix = 1; used.has(name); suffix++) name = `${wanted}_${suffix}`;
      used.add(name);
      return name;
    },
    begin(name) {
      hint = name;
    },
    add(step) {
      const output = writer.claim(`${hint}/${step.operator}`);
      steps.push({ ...step, output } as ProgramStep);
      return output;
    },
    apply: (name, input) => writer.add({ operator: 'function', function: name, input }),
    combine: (name, left, right) =>
      writer.add({
        operator: 'binary',
        function: name,
        left,
        right: typeof right === 'number' ? writer.store('constant', [], Float32Array.of(right)) : right,
      }),
    store(part, shape, data) {
      const name = writer.claim(`${hint}/${part}`);
      weights.set(name, { shape, data });
      return name;
    },
    finish(result) {
      const last = steps.at(-1);
      if (last?.output !== result || !result.startsWith(`${hint}/`)) return result;
      const output = writer.claim(hint);
      steps[steps.length - 1] = { ...last, output };
      return output;
    },
  };
  return writer;
}
