import { readFileSync } from 'node:fs';
import { type EnsembleSpecification, InvalidInputError } from '@ztw/core';
import { ensembleFromSpecification } from '@ztw/ensemble';
import { describe, expect, test } from 'vitest';
import { largestDifference } from '../../test/support/staged.ts';
import { runModel } from '../../test/support/wasm.ts';
import { emitEnsemble } from './emit-ensemble.ts';

interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface StoredEnsemble {
  readonly kind: 'geometric' | 'arithmetic';
  readonly num_heads: number;
  readonly num_classes: number;
  readonly regime: string;
  readonly weight: StoredTensor;
  readonly bias: StoredTensor;
  readonly head_logits: StoredTensor;
  readonly output_softmax: StoredTensor;
}

const path = new URL('../../../ensemble/src/__fixtures__/ensembles.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: readonly StoredEnsemble[] };

/** One exit that combines all members; the exits before it answer alone. */
function specificationOf({ kind, num_heads, num_classes, weight, bias }: StoredEnsemble): EnsembleSpecification {
  const exit = { weights: weight.data, bias: bias.data };
  return {
    specificationVersion: 'v1',
    kind,
    classes: num_classes,
    exits: Array.from({ length: num_heads }, (_unused, index) => (index === num_heads - 1 ? exit : null)),
  };
}

/** `[rows, heads, classes]` to one `[rows, classes]` per head. */
function membersOf({ head_logits, num_heads, num_classes }: StoredEnsemble): readonly Float32Array[] {
  const rows = head_logits.shape[0]!;
  return Array.from({ length: num_heads }, (_unused, head) =>
    Float32Array.from(
      { length: rows * num_classes },
      (_value, index) =>
        head_logits.data[(Math.floor(index / num_classes) * num_heads + head) * num_classes + (index % num_classes)]!,
    ),
  );
}

async function run(
  specification: EnsembleSpecification,
  members: readonly Float32Array[],
  opset: number,
): Promise<ArrayLike<number>> {
  const { classes } = specification;
  const feeds = members.map(
    (data, index) => [`logits_${index}`, { dims: [data.length / classes, classes], data }] as const,
  );
  return (await runModel(emitEnsemble(specification, { opset }), Object.fromEntries(feeds))).log_probabilities!.data;
}

describe.each([11, 13, 18])('stored ensembles at opset %i', (opset) => {
  test.each(cases.map((stored) => [`${stored.kind}, ${stored.num_heads} heads, ${stored.regime}`, stored] as const))(
    '%s',
    async (_name, stored) => {
      const logProbabilities = await run(specificationOf(stored), membersOf(stored), opset);
      const probabilities = Array.from(logProbabilities, Math.exp);
      expect(largestDifference(probabilities, stored.output_softmax.data)).toBeLessThan(2e-5);
    },
  );
});

test('an exit without learned values answers with its own softmax, like the host’s ensemble', async () => {
  const logits = [Float32Array.of(1, 2, 3, -1, 0, 4), Float32Array.of(0, 0, 2, 3, 1, 1)];
  const specification: EnsembleSpecification = {
    specificationVersion: 'v1',
    kind: 'geometric',
    classes: 3,
    exits: [null, null],
  };
  const ensemble = ensembleFromSpecification(specification);
  const first = ensemble.update(ensemble.init(2, 3), 0, logits[0]!);
  const second = ensemble.update(first.state, 1, logits[1]!);
  expect(largestDifference(await run(specification, logits, 13), second.logProbabilities)).toBeLessThan(1e-6);
});

test('refuses values that do not fit', () => {
  const base = { specificationVersion: 'v1', kind: 'geometric', classes: 2 } as const;
  const exit = { weights: [0], bias: [0, 0] };
  expect(() => emitEnsemble({ ...base, exits: [] }, { opset: 13 })).toThrow(InvalidInputError);
  expect(() => emitEnsemble({ ...base, exits: [exit, exit] }, { opset: 13 })).toThrow(
    /2 weights and 2 biases; received 1 and 2/,
  );
});
