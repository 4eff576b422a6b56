import { decodeHeads, decodeSafetensors, decodeSafetensorsMetadata, encodeHeads, type HeadsFile } from '@ztw/bundle';
import { rowSize } from '@ztw/core/runtime';
import {
  executeHead,
  type Head,
  hasCascade,
  headFamilies,
  headFor,
  headMacs,
  initialiseHead,
  validateHead,
} from '@ztw/heads';
import { mutateJson } from '../../../../packages/runtime-tfjs/test/support/mutate-json.ts';
import { mutateBytes } from '../make/mutate-bytes.ts';
import { safetensorsOf } from '../make/mutate-safetensors.ts';
import type { Random } from '../random.ts';
import { type FuzzTarget, mustHold } from '../target.ts';

/** Heads that cost more are accepted without a run, to save time. */
const macsToRun = 2 ** 20;
const classes = 3;

/** Files of heads. An accepted head that is small runs, and gives one finite logit per class. */
export const heads: FuzzTarget = {
  name: 'heads',
  share: 90,
  async open() {
    const files = sampleFiles();
    return async (random) => {
      const { heads: accepted } = decodeHeads(mutated(random.pick(files), random));
      for (const head of accepted) {
        validateHead(head.specification);
        runIfSmall(head);
      }
      return 'accepted';
    };
  },
};

function sampleFiles(): readonly Uint8Array[] {
  const shapes = [[4, 6, 6], [5, 8], [12], [2, 9, 7]];
  return headFamilies.flatMap((family) =>
    shapes.flatMap((shape, index) => {
      try {
        const head = (cascade: boolean) => initialiseHead(headFor(shape, { family, classes, cascade }), index);
        const file: HeadsFile = {
          network: 'network',
          cuts: ['first', 'second'],
          heads: [head(false), head(true)],
          newClasses: index % 2 === 0 ? classes : null,
          labels: index % 2 === 0 ? ['ant', 'bee', 'cow'] : null,
        };
        return [encodeHeads(file)];
      } catch {
        // Not every family fits every shape.
        return [];
      }
    }),
  );
}

/** Another description with the same tensors, or other bytes. */
function mutated(file: Uint8Array, random: Random): Uint8Array {
  if (random.chance(0.1)) return file;
  if (random.chance(0.2)) return mutateBytes(file, random, 1 + random.below(3));
  const description: unknown = JSON.parse(decodeSafetensorsMetadata(file).ztw as string);
  const ztw = JSON.stringify(mutateJson(description, random.next, 1 + random.below(2)));
  let offset = 0;
  const entries = [...decodeSafetensors(file)].map(([name, { shape, data }]) => {
    const start = offset;
    offset += data.byteLength;
    return [name, { dtype: 'F32', shape, data_offsets: [start, offset] }] as const;
  });
  const data = file.subarray(file.length - offset);
  return safetensorsOf({ __metadata__: { ztw }, ...Object.fromEntries(entries) }, data);
}

function runIfSmall(head: Head): void {
  const { specification } = head;
  if (headMacs(specification) > macsToRun || rowSize(specification.inputShape) > macsToRun) return;
  const data = Float32Array.from({ length: rowSize(specification.inputShape) }, (_, index) => Math.sin(index));
  const previous = hasCascade(specification) ? new Float32Array(specification.classes) : null;
  const logits = executeHead(head, data, 1, previous);
  mustHold(logits.length === specification.classes, () => `${logits.length} logits for ${specification.classes}`);
}
