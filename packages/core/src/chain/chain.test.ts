import { describe, expect, it, vi } from 'vitest';
import type { StagedModel } from '../contract/staged-model.ts';
import { DisposedError, InvalidInputError, RuntimeFailureError } from '../errors/errors.ts';
import { predictionsFromLogits } from '../evaluation/exit-predictions.ts';
import { simulatePolicy } from '../evaluation/simulate-policy.ts';
import { exitCosts } from '../inference/classification.ts';
import { classify } from '../inference/classify.ts';
import { runAllExits } from '../inference/run-all-exits.ts';
import { denseInputs, inputTypes } from '../input/input-types.ts';
import { confidenceThreshold } from '../policy/confidence-threshold.ts';
import { never } from '../policy/never.ts';
import type { RuntimeModel } from '../runtime/staged-model-adapter.ts';
import { referenceModel } from '../testing/reference-model.ts';
import { wholeLogits } from '../testing/reference-network.ts';
import { replayModel, rowNumbers } from '../testing/replay-model.ts';
import { seededNetwork } from '../testing/seeded-network.ts';
import { seededValues } from '../testing/seeded-values.ts';
import { chain } from './chain.ts';

/** Logits of two classes whose softmax is `[1 - p, p]`. */
function logitsFor(probabilities: readonly number[]): Float32Array {
  return Float32Array.from(probabilities.flatMap((p) => [0, Math.log(p / (1 - p))]));
}

const small = seededNetwork({ name: 'small', seed: 20, internalClassifiers: false });
const large = seededNetwork({ name: 'large', seed: 30 });
const input = { rows: 9, data: seededValues(4, 9 * 72, 1.2) };

/** A model that is like the given one, but for some of its description. */
function described(model: RuntimeModel, changes: Partial<StagedModel>): StagedModel {
  return new Proxy(model as StagedModel, {
    get: (target, property) => {
      const value: unknown =
        property in changes ? Reflect.get(changes, property) : Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe('chain', () => {
  it('describes its stages over all networks', () => {
    const linked = chain([referenceModel(small), referenceModel(large)]);
    expect(linked.name).toBe('small -> large');
    expect(linked.stages.map(({ name, network, isFinal }) => [name, network, isFinal])).toEqual([
      ['small/final', 0, true],
      ['large/dense0', 1, false],
      ['large/dense1', 1, false],
      ['large/dense2', 1, false],
      ['large/final', 1, true],
    ]);
    expect(linked.stages.map((stage) => stage.usesPreviousLogits)).toEqual([false, false, true, true, false]);
    expect(linked.backboneMacs).toBe(referenceModel(large).backboneMacs);
    expect(linked.labels).toEqual(small.labels);
    expect(exitCosts(linked)[1]).toBe(
      (exitCosts(referenceModel(small))[0] as number) + (exitCosts(referenceModel(large))[0] as number),
    );
  });

  it('numbers networks through chains of chains', () => {
    const inner = chain([referenceModel(small), referenceModel(small)], { name: 'pair' });
    const linked = chain([inner, referenceModel(large)]);
    expect(linked.stages.map((stage) => stage.network)).toEqual([0, 1, 2, 2, 2, 2]);
    expect(linked.stages[1]?.name).toBe('pair/small/final');
  });

  it.each([
    ['a plain network, then one with ICs', [small, large]],
    ['two networks with ICs', [large, seededNetwork({ seed: 40 })]],
    ['three plain networks', [small, small, seededNetwork({ seed: 41, internalClassifiers: false })]],
    ['a single network', [large]],
  ])('answers as its networks do on their own: %s', async (_name, networks) => {
    const logits = await runAllExits(chain(networks.map(referenceModel)), input, { batchSize: 4 });
    const alone = [];
    for (const network of networks) alone.push(...(await runAllExits(referenceModel(network), input)));
    expect(logits).toEqual(alone);
    expect(logits.at(-1)).toEqual(wholeLogits(networks.at(-1) ?? large, input));
  });

  it('lets the first IC of a network recycle the logits in which the network before ends', async () => {
    const behind = seededNetwork({ name: 'behind', seed: 30, followsNetwork: true });
    const linked = chain([referenceModel(small), referenceModel(behind)]);
    expect(linked.stages.map((stage) => stage.usesPreviousLogits)).toEqual([false, true, true, true, false]);
    const logits = await runAllExits(linked, input, { batchSize: 4 });
    const [segment] = behind.segments;
    const [head] = behind.heads;
    const features = segment!.run(input.data, input.rows);
    const before = wholeLogits(small, input);
    expect(logits[1]).toEqual(head!.run(features, input.rows, before));
    const negated = before.map((value) => -value);
    expect(logits[1]).not.toEqual(head!.run(features, input.rows, negated));

    // Live, with rows that leave on both sides of the border, as offline.
    const labels = new Int32Array(input.rows);
    const predictions = predictionsFromLogits({ logits, labels, classes: 4, exitMacs: exitCosts(linked) });
    const confidences = predictions.confidences.flatMap((ofExit) => [...ofExit]).sort();
    // Between two confidences, since stored ones are rounded.
    const between = (index: number): number => (confidences[index]! + confidences[index + 1]!) / 2;
    for (const threshold of [0.2, 0.5, 0.8].map((share) => between(Math.floor(share * confidences.length)))) {
      const policy = confidenceThreshold(threshold);
      const { results } = await classify(linked, input, { policy, batchSize: 4 });
      expect(results.map(({ exitIndex }) => exitIndex)).toEqual([...simulatePolicy(predictions, policy).exits]);
    }
  });

  it('loads only the rows that are left into the next network', async () => {
    const first = replayModel({
      classes: 2,
      exits: [
        [0.9, 0.6, 0.7, 0.5],
        [0.5, 0.6, 0.95, 0.5],
      ].map(logitsFor),
    });
    const second = replayModel({
      classes: 2,
      exits: [
        [0.5, 0.99, 0.5, 0.6],
        [0.1, 0.2, 0.3, 0.4],
      ].map(logitsFor),
    });
    const load = vi.spyOn(second, 'load');
    const { results } = await classify(chain([first, second]), rowNumbers(4), { policy: confidenceThreshold(0.8) });
    expect(load).toHaveBeenCalledTimes(1);
    // Row 0 left at exit 0 and row 2 at exit 1, the first network's last.
    expect(load.mock.calls[0]?.[0]).toEqual({
      rows: 2,
      inputs: { input: { data: Float32Array.of(1, 3), rowShape: [1] } },
    });
    expect(results.map(({ exitIndex, stageName }) => [exitIndex, stageName])).toEqual([
      [0, 'replay/exit 0'],
      [2, 'replay/exit 0'],
      [1, 'replay/final'],
      [3, 'replay/final'],
    ]);
    expect(results[3]?.probabilities[1]).toBeCloseTo(0.4, 6);
    expect([first.liveFeatures, second.liveFeatures]).toEqual([0, 0]);
  });

  it('does not touch the next network when all rows have left', async () => {
    const first = replayModel({ classes: 2, exits: [logitsFor([0.9, 0.9])] });
    const second = replayModel({ classes: 2, exits: [logitsFor([0.5, 0.5])] });
    const load = vi.spyOn(second, 'load');
    await classify(chain([first, second]), rowNumbers(2), { policy: confidenceThreshold(0.8) });
    expect(load).not.toHaveBeenCalled();
    expect(first.liveFeatures).toBe(0);
  });

  it('keeps its own copy of the input', async () => {
    const linked = chain([referenceModel(small), referenceModel(large)]);
    const reused = { rows: input.rows, data: input.data.slice() };
    const loaded = await linked.load(reused);
    reused.data.fill(0);
    const { features } = await linked.runStage(0, loaded, null);
    const { logits, features: next } = await linked.runStage(1, features, null);
    linked.release(next);
    expect(logits).toEqual((await runAllExits(referenceModel(large), input))[0]);
  });

  it('frees the features of whatever network a failed run was in', async () => {
    const first = replayModel({ classes: 2, exits: [logitsFor([0.5]), logitsFor([0.5])] });
    const second = replayModel({ classes: 2, exits: [logitsFor([0.5]), logitsFor([0.5])] });
    for (const failAt of [0, 1, 2]) {
      const onStage = ({ stageIndex }: { stageIndex: number }) => {
        if (stageIndex === failAt) throw new Error('observer');
      };
      const run = classify(chain([first, second]), rowNumbers(1), { policy: never(), onStage });
      await expect(run).rejects.toThrow('observer');
      expect([first.liveFeatures, second.liveFeatures]).toEqual([0, 0]);
    }
  });

  it('refuses a stage that it does not have, and frees the rows', async () => {
    const model = referenceModel(small);
    const linked = chain([model]);
    await expect(linked.runStage(1, await linked.load(input), null)).rejects.toThrow(InvalidInputError);
    expect(model.liveFeatures).toBe(0);
  });

  it('disposes its networks, once', async () => {
    const models = [referenceModel(small), referenceModel(large)];
    const disposals = models.map((model) => vi.spyOn(model, Symbol.asyncDispose));
    const linked = chain(models);
    await linked[Symbol.asyncDispose]();
    await linked[Symbol.asyncDispose]();
    for (const dispose of disposals) expect(dispose).toHaveBeenCalledTimes(1);
    await expect(linked.load(input)).rejects.toThrow(DisposedError);
  });

  it('disposes all of its networks when one of them fails to', async () => {
    const models = [referenceModel(small), referenceModel(large)];
    const cause = new Error('device lost');
    vi.spyOn(models[0]!, Symbol.asyncDispose).mockRejectedValue(cause);
    const dispose = vi.spyOn(models[1]!, Symbol.asyncDispose);
    const error: unknown = await chain(models)
      [Symbol.asyncDispose]()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RuntimeFailureError);
    expect(error).toMatchObject({ cause });
    expect(dispose).toHaveBeenCalledTimes(1);
  });

  it('says that it supports what all of its networks support', () => {
    const careful = described(referenceModel(large), { supports: { parallelRuns: false, featureMemory: 'device' } });
    expect(chain([referenceModel(small), careful]).supports).toEqual({
      parallelRuns: false,
      featureMemory: 'device',
      concatRows: false,
      inputTypes: ['float32'],
    });
    expect(chain([referenceModel(small)]).supports).toEqual({
      parallelRuns: true,
      featureMemory: 'host',
      concatRows: true,
      inputTypes,
    });
  });

  it('takes the labels of whichever network has them', () => {
    const unnamed = referenceModel({ ...small, labels: null });
    expect(chain([unnamed, referenceModel(large)]).labels).toEqual(large.labels);
  });
});

describe('chain refuses', () => {
  it.each<[string, () => StagedModel[], RegExp]>([
    ['no network', () => [], /at least one network/],
    [
      'other classes',
      () => [referenceModel(small), referenceModel(seededNetwork({ classes: 5 }))],
      /number of classes/,
    ],
    [
      'another input shape',
      () => [referenceModel(small), described(referenceModel(large), { inputs: denseInputs([2, 5, 5]) })],
      /'small' has input \(float32 \[2, 6, 6\]\), 'large' has input \(float32 \[2, 5, 5\]\)/,
    ],
    [
      'other labels',
      () => [referenceModel(small), referenceModel({ ...large, labels: ['a', 'b', 'c', 'd'] })],
      /same labels/,
    ],
    ['a network without stages', () => [described(referenceModel(small), { stages: [] })], /at least one stage/],
    [
      'a cascade with nothing before it',
      () => [referenceModel(seededNetwork({ name: 'behind', followsNetwork: true })), referenceModel(large)],
      /first stage reads no previous logits; that of 'behind' does/,
    ],
  ])('%s', (_name, models, message) => {
    expect(() => chain(models())).toThrow(InvalidInputError);
    expect(() => chain(models())).toThrow(message);
  });
});
