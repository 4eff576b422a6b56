// The readers of stored examples take every size from the files: examples of other sizes, made here in the same format
// with the reference, are read as the heads that they were made of.

import { rowSize } from '@ztw/core/runtime';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readHeads, readNetworks } from './__fixtures__/golden.ts';
import type { StoredHead, StoredTensor } from './__fixtures__/golden-files.ts';
import { executeHead } from './execute/execute-head.ts';
import { convHead } from './families/conv-head.ts';
import { pooledHead } from './families/pooled-head.ts';
import { swinHead } from './families/swin-head.ts';
import { tokenHead } from './families/token-head.ts';
import type { Head, HeadSpecification } from './head.ts';
import { initialiseHead } from './initialise/initialise-head.ts';
import { seededRandom } from './initialise/seeded-random.ts';

const small = (min: number, max: number) => fc.integer({ min, max });
const seed = fc.nat();
const common = { classes: small(1, 5), cascade: fc.boolean(), layerNorm: fc.boolean() };
const map = (channels: number, side: number) =>
  fc.tuple(small(1, channels), small(side, side + 4), small(side, side + 4));

/** A head by the original's name of its type; where the file may leave a size out, it does. */
const architectures = fc.oneof(
  fc
    .record({ ...common, inputShape: map(4, 2), poolSize: small(1, 4) })
    .map((options) => ({ type: 'pooled_head', specification: pooledHead(options) })),
  fc
    .record({ ...common, inputShape: map(6, 12), poolSize: small(1, 4), layers: small(1, 3) })
    .map((options) => ({ type: `conv_${options.layers}l`, specification: convHead({ ...options, padding: 0 }) })),
  fc
    .record({ ...common, inputShape: fc.tuple(small(1, 4), small(1, 6)), layers: small(1, 3), hiddenSize: small(1, 6) })
    .map((options) => ({ type: 'vit_standard', specification: tokenHead(options) })),
  fc
    .record({ ...common, inputShape: map(4, 2), layers: small(1, 3), hiddenSize: small(1, 6) })
    .map((options) => ({ type: 'swin_standard', specification: swinHead(options) })),
);

function draw(shape: readonly number[], random: () => number): StoredTensor {
  return { shape, data: Array.from({ length: rowSize(shape) }, () => Math.fround(2 * random() - 1)) };
}

/** A head's values under the original's names. */
function storedParameters({ specification, parameters }: Head, prefix: string): Record<string, StoredTensor> {
  const hasList = specification.family === 'token' || specification.family === 'swin';
  const hidden = specification.layers.filter((layer) => 'name' in layer && layer.name.startsWith('hidden')).length;
  const theirs = (name: string): string => {
    const [layer, parameter] = name.split('.') as [string, string];
    if (layer.startsWith('conv')) return `_convs.${layer.slice(4)}.${parameter}`;
    if (layer.startsWith('hidden')) return `_fcs.${layer.slice(6)}.${parameter}`;
    if (layer === 'pool') return '_pooling._alpha';
    if (layer === 'cascade') return `_cascading_norm.${parameter}`;
    return hasList ? `_fcs.${hidden}.${parameter}` : `_fc.${parameter}`;
  };
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data }]) => [prefix + theirs(name), { shape, data: [...data] }]),
  );
}

function storedHead(type: string, specification: HeadSpecification, rows: number, seedOfHead: number): StoredHead {
  const random = seededRandom(seedOfHead + 1);
  const { classes, inputShape, layers } = specification;
  const head = initialiseHead(specification, seedOfHead);
  const cascade = layers.find((layer) => layer.kind === 'cascade');
  const input = draw([rows, ...inputShape], random);
  const previous = cascade === undefined ? null : draw([rows, classes], random);
  const floats = (tensor: StoredTensor) => Float32Array.from(tensor.data);
  const output = executeHead(head, floats(input), rows, previous && floats(previous));
  const params = storedParameters(head, '');
  return {
    head_type: type,
    out_size: classes,
    cascading: cascade === undefined ? null : true,
    layer_norm: cascade?.layerNorm ?? true,
    params,
    input,
    output: { shape: [rows, classes], data: [...output] },
    labels: { shape: [rows], data: new Array<number>(rows).fill(0) },
    loss_ce_mean: 0,
    grads: Object.fromEntries(Object.keys(params).map((name) => [name, null])),
    grad_input: input,
    cascading_input: previous,
  };
}

describe('stored examples of any size', () => {
  test('heads', () => {
    fc.assert(
      fc.property(architectures, small(1, 4), seed, ({ type, specification }, rows, seedOfHead) => {
        const stored = storedHead(type, specification, rows, seedOfHead);
        const [golden] = readHeads('made', { cases: [stored] });
        expect(golden!.head).toEqual(initialiseHead(specification, seedOfHead));
        expect(golden!.rows).toBe(rows);
        const logits = executeHead(golden!.head, golden!.input, rows, golden!.previousLogits);
        expect(logits).toEqual(golden!.expected);
      }),
      { numRuns: 60 },
    );
  });

  test('networks', () => {
    const network = fc.record({
      classes: small(2, 6),
      rows: small(1, 7),
      poolSize: small(1, 4),
      shapes: fc.array(map(3, 4), { minLength: 1, maxLength: 4 }),
      cascade: fc.boolean(),
    });
    fc.assert(
      fc.property(network, seed, ({ classes, rows, poolSize, shapes, cascade }, seedOfHeads) => {
        const heads = shapes.map((inputShape, index) =>
          initialiseHead(
            pooledHead({ inputShape, classes, poolSize, cascade: cascade && index > 0 }),
            seedOfHeads + index,
          ),
        );
        const random = seededRandom(seedOfHeads);
        const logits = draw([rows, classes], random);
        const [golden] = readNetworks({
          models: [
            {
              model: 'made',
              head_logits: [...heads, null].map(() => logits),
              features: shapes.map((shape) => draw([rows, ...shape], random)),
              params: Object.assign({}, ...heads.map((head, index) => storedParameters(head, `${index}.`))),
              thresholds: [
                {
                  threshold: 0.5,
                  expected_exit_at: { shape: [rows], data: new Array<number>(rows).fill(0) },
                  expected_outputs: logits,
                },
              ],
            },
          ],
        });
        expect(golden!.heads).toEqual(heads);
        expect(golden).toMatchObject({ rows, classes });
        expect(golden!.logits).toHaveLength(heads.length + 1);
      }),
      { numRuns: 40 },
    );
  });
});
