// Exits and outputs of the original PyTorch code (its offline evaluation), against the live loop.

import { describe, expect, it } from 'vitest';
import golden from '../__fixtures__/threshold_forward.json' with { type: 'json' };
import type { Head, HeadLayer, HeadParameters } from '../contract/head.ts';
import { takeRows } from '../numeric/rows.ts';
import { softmax } from '../numeric/softmax.ts';
import { confidenceThreshold } from '../policy/confidence-threshold.ts';
import { executeHead } from '../testing/reference-head.ts';
import { type ReplayExit, replayModel, rowNumbers } from '../testing/replay-model.ts';
import { classify } from './classify.ts';
import { runAllExits } from './run-all-exits.ts';

const ROWS = 12;
const CLASSES = 4;

interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

type GoldenModel = (typeof golden.models)[number];

/** The models whose outputs are the heads' own logits; those with an ensemble are tested where ensembles are. */
const models = golden.models.filter((model) => model.params !== undefined);

function values(tensor: GoldenTensor): Float32Array {
  return Float32Array.from(tensor.data);
}

function storedExits(model: GoldenModel): Float32Array[] {
  return model.head_logits.map(values);
}

/** The reference's pooled head, with its parameters under our names. */
function goldenHead(parameters: Record<string, GoldenTensor>, index: number): Head {
  const parameter = (name: string) => {
    const tensor = parameters[`${index}.${name}`];
    return tensor === undefined ? {} : { [name]: { shape: tensor.shape, data: values(tensor) } };
  };
  const renamed = (from: string, to: string): HeadParameters =>
    Object.fromEntries(Object.entries(parameter(from)).map(([, value]) => [to, value]));
  const hasCascade = index > 0 && `${index}._cascading_norm.weight` in parameters;
  const cascade: HeadLayer = { kind: 'cascade', name: 'cascade', classes: CLASSES, layerNorm: true, epsilon: 1e-5 };
  const layers: HeadLayer[] = [
    { kind: 'mixed-pool', name: 'pool', outputSize: [4, 4] },
    { kind: 'flatten' },
    ...(hasCascade ? [cascade] : []),
    { kind: 'dense', name: 'fc', inFeatures: hasCascade ? 64 + CLASSES : 64, outFeatures: CLASSES },
  ];
  return {
    specification: { specificationVersion: 'v1', family: 'pooled', inputShape: [4, 9, 9], classes: CLASSES, layers },
    parameters: {
      ...renamed('_pooling._alpha', 'pool.alpha'),
      ...renamed('_cascading_norm.weight', 'cascade.weight'),
      ...renamed('_cascading_norm.bias', 'cascade.bias'),
      ...renamed('_fc.weight', 'fc.weight'),
      ...renamed('_fc.bias', 'fc.bias'),
    },
  };
}

/** Exits that run the golden heads on the golden features of whatever rows are left; the last one is stored. */
function computedExits(model: GoldenModel): ReplayExit[] {
  const parameters = model.params as unknown as Record<string, GoldenTensor>;
  const heads = (model.features ?? []).map((tensor, index): ReplayExit => {
    const features = values(tensor);
    const head = goldenHead(parameters, index);
    return (numbers, previousLogits) =>
      executeHead(head, takeRows(features, 4 * 9 * 9, numbers), numbers.length, previousLogits);
  });
  return [...heads, storedExits(model).at(-1) as Float32Array];
}

async function exitsAndOutputs(exits: readonly ReplayExit[], threshold: number, batchSize: number) {
  const model = replayModel({ classes: CLASSES, exits });
  const { results } = await classify(model, rowNumbers(ROWS), { policy: confidenceThreshold(threshold), batchSize });
  expect(model.liveFeatures).toBe(0);
  return {
    exits: results.map((result) => result.exitIndex),
    outputs: Float32Array.from(results.flatMap((result) => [...result.probabilities])),
  };
}

describe.each(models)('$model', (model) => {
  it('has golden heads that our executor reproduces', async () => {
    const computed = await runAllExits(
      replayModel({ classes: CLASSES, exits: computedExits(model) }),
      rowNumbers(ROWS),
    );
    expect(computed).toHaveLength(4);
    storedExits(model).forEach((stored, exit) => {
      // rtol 1e-4, atol 1e-5: float32 sums of 68 products, in another order than PyTorch's.
      stored.forEach((value, index) => {
        expect(Math.abs((computed[exit]?.[index] as number) - value)).toBeLessThan(1e-5 + 1e-4 * Math.abs(value));
      });
    });
  });

  describe.each(model.thresholds)('threshold $threshold', ({ threshold, expected_exit_at, expected_outputs }) => {
    it.each([
      ['stored logits', storedExits(model), ROWS],
      ['stored logits, row by row', storedExits(model), 1],
      ['stored logits, batches of 5', storedExits(model), 5],
      ['heads run on the rows that are left', computedExits(model), ROWS],
      ['heads run row by row', computedExits(model), 1],
    ])('leaves and answers as the original: %s', async (_name, exits, batchSize) => {
      const live = await exitsAndOutputs(exits, threshold, batchSize);
      expect(live.exits).toEqual(expected_exit_at.data);
      const expected = softmax(values(expected_outputs), CLASSES);
      // atol 2e-5 on probabilities: the logits' tolerance goes through a softmax.
      live.outputs.forEach((value, index) => {
        expect(Math.abs(value - (expected[index] as number))).toBeLessThan(2e-5);
      });
    });
  });
});
