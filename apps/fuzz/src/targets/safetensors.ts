import { decodeSafetensors, decodeSafetensorsMetadata, encodeSafetensors } from '@ztw/bundle';
import type { Parameter } from '@ztw/core/runtime';
import { mutateBytes } from '../make/mutate-bytes.ts';
import { mutateSafetensors } from '../make/mutate-safetensors.ts';
import type { Random } from '../random.ts';
import { type FuzzTarget, mustHold } from '../target.ts';

/** Files of weights. Accepted tensors are finite, fill their shapes, and give the same file when written. */
export const safetensors: FuzzTarget = {
  name: 'safetensors',
  share: 170,
  async open() {
    return async (random) => {
      const whole = encodeSafetensors(randomTensors(random), random.chance(0.5) ? { ztw: 'text', more: '' } : {});
      const file = random.chance(0.15) ? whole : mutated(whole, random);
      const tensors = decodeSafetensors(file);
      decodeSafetensorsMetadata(file);
      for (const [name, { shape, data }] of tensors) {
        const size = shape.reduce((product, length) => product * length, 1);
        mustHold(data.length === size && data.every(Number.isFinite), () => `tensor ${name} is not what it claims`);
      }
      const again = decodeSafetensors(encodeSafetensors(tensors));
      mustHold(
        [...tensors].every(([name, { data }]) => same(data, again.get(name)?.data)),
        () => 'reads back otherwise',
      );
      return 'accepted';
    };
  },
};

function mutated(file: Uint8Array, random: Random): Uint8Array {
  return random.chance(0.7) ? mutateSafetensors(file, random) : mutateBytes(file, random, 1 + random.below(3));
}

function randomTensors(random: Random): Map<string, Parameter> {
  return new Map(
    Array.from({ length: random.below(5) }, (_, index) => {
      const shape = Array.from({ length: random.below(4) }, () => random.below(5));
      const size = shape.reduce((product, length) => product * length, 1);
      return [`tensor.${index}`, { shape, data: Float32Array.from({ length: size }, () => random.next() - 0.5) }];
    }),
  );
}

function same(left: Float32Array, right: Float32Array | undefined): boolean {
  return right !== undefined && Buffer.from(left.buffer).equals(Buffer.from(right.buffer));
}
