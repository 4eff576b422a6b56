// All parameters of one head in one array. The optimiser and checkpoints see a single vector; layers see named parts of
// it.

import { InvalidModelError } from '@ztw/core';
import type { HeadParameters } from '@ztw/heads';

/** One named parameter: views into the block's arrays. */
export interface ParameterSlot {
  readonly value: Float32Array;
  /** Of the batch that last ran backwards. The layer that owns the parameter writes it. */
  readonly gradient: Float32Array;
}

export interface ParameterBlock {
  /** All values, in the order of the names. */
  readonly values: Float32Array;
  readonly gradients: Float32Array;
  /**
   * @throws InvalidModelError if the head has no parameter of that name and size.
   */
  slot(name: string, elements: number): ParameterSlot;
}

/** Copies a head's parameters into a block with zero gradients. */
export function createParameterBlock(parameters: HeadParameters): ParameterBlock {
  const entries = Object.entries(parameters);
  const total = entries.reduce((sum, [, parameter]) => sum + parameter.data.length, 0);
  const values = new Float32Array(total);
  const gradients = new Float32Array(total);
  const slots = new Map<string, ParameterSlot>();
  let offset = 0;
  for (const [name, { data }] of entries) {
    const end = offset + data.length;
    values.set(data, offset);
    slots.set(name, { value: values.subarray(offset, end), gradient: gradients.subarray(offset, end) });
    offset = end;
  }
  return {
    values,
    gradients,
    slot(name, elements) {
      const slot = slots.get(name);
      if (slot?.value.length !== elements) {
        throw new InvalidModelError(
          `Expected a parameter "${name}" with ${elements} values; received ${slot?.value.length ?? 'none'}. ` +
            'Initialise the head from the same specification.',
          { expected: elements, received: slot?.value.length ?? null, path: name },
        );
      }
      return slot;
    },
  };
}
