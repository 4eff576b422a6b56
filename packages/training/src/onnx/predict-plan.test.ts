import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InvalidInputError } from '@ztw/core';
import { type DeviceRates, defaultRates, operationKinds } from '@ztw/core/evaluation';
import { headMacs, parameterCount } from '@ztw/heads';
import { onnxBackend } from '@ztw/runtime-onnx';
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, test } from 'vitest';
import { measureRates } from './measure-rates.ts';
import { type NetworkPlan, planNetwork } from './network-plan.ts';
import type { OnnxBackend } from './onnx-backend.ts';
import { openNetwork } from './onnx-network.ts';
import { predictPlan } from './predict-plan.ts';

const path = fileURLToPath(new URL('../../../../models/fashion-resnet20.onnx', import.meta.url));

/** A device on which one multiply-accumulate takes a millisecond and all else nothing. */
const countsMacs: DeviceRates = {
  operations: Object.fromEntries(
    operationKinds.map((kind) => [kind, { gigaMacsPerSecond: 1e-6, gigabytesPerSecond: null }]),
  ) as DeviceRates['operations'],
  weightGigabytesPerSecond: Number.POSITIVE_INFINITY,
  operationMilliseconds: 0,
  stageMilliseconds: 0,
};

/** The same, where a byte of weights takes a millisecond instead. */
const countsWeights: DeviceRates = {
  ...countsMacs,
  operations: Object.fromEntries(
    operationKinds.map((kind) => [kind, { gigaMacsPerSecond: null, gigabytesPerSecond: null }]),
  ) as DeviceRates['operations'],
  weightGigabytesPerSecond: 1e-6,
};

let plan: NetworkPlan;
beforeAll(async () => {
  const bytes = await readFile(path);
  const network = await openNetwork({ name: 'fashion', bytes }, { onnx: onnxBackend({ ort }) });
  const options = { selection: { kind: 'auto' }, methods: ['ztw'], head: { family: 'auto' }, followsNetwork: false };
  plan = await planNetwork(network, options as Parameters<typeof planNetwork>[1]);
});

describe('a planned network', () => {
  test('on a device that counts MACs, times are the MACs of segments and heads', () => {
    const { stages, wholeMilliseconds } = predictPlan(plan, { rates: countsMacs });
    expect(wholeMilliseconds).toBeCloseTo(plan.network.analysis.backboneMacs, 3);
    const heads = [...plan.variants[0]!.heads.map(headMacs), 0];
    const cuts = [...plan.cuts.map(({ macs }) => macs), plan.network.analysis.backboneMacs];
    let headsBefore = 0;
    for (const [index, stage] of stages.entries()) {
      headsBefore += heads[index]!;
      expect(stage.headMilliseconds).toBeCloseTo(heads[index]!, 3);
      expect(stage.cumulativeMilliseconds).toBeCloseTo(cuts[index]! + headsBefore, 3);
    }
  });

  test('on a device that counts weights, times are the bytes of the parameters', () => {
    const { stages, wholeMilliseconds } = predictPlan(plan, { rates: countsWeights });
    expect(wholeMilliseconds).toBeCloseTo(4 * plan.network.analysis.parameters, 3);
    // The parameters of a mixed pool and of normalisations belong to elementwise operations as well.
    for (const [index, head] of plan.variants[0]!.heads.entries()) {
      expect(stages[index]!.headMilliseconds / (4 * parameterCount(head))).toBeCloseTo(1, 2);
    }
  });

  test('the bundle holds the network and the values of the heads', () => {
    const { bundleBytes } = predictPlan(plan, { rates: defaultRates.wasm });
    const heads = plan.variants[0]!.heads.map(parameterCount).reduce((sum, count) => sum + count, 0);
    expect(bundleBytes).toBe(plan.network.bytes.length + 4 * heads);
  });

  test('a larger batch takes less time per row', () => {
    const one = predictPlan(plan, { rates: defaultRates.native });
    const many = predictPlan(plan, { rates: defaultRates.native, batchSize: 32 });
    expect(many.wholeMilliseconds).toBeLessThan(one.wholeMilliseconds);
    expect(() => predictPlan(plan, { rates: defaultRates.native, batchSize: 0 })).toThrow(InvalidInputError);
  });
});

test('measured rates predict the time that the whole network took', async () => {
  let clock = 0;
  const onnx: Pick<OnnxBackend, 'whole'> = {
    whole: async () => ({
      classes: 10,
      inputShape: [1, 28, 28],
      runWhole: async ({ rows }: { rows: number }) => {
        clock += 7 * rows;
        return new Float32Array(10 * rows);
      },
      async [Symbol.asyncDispose]() {},
    }),
  };
  for (const batchSize of [1, 4]) {
    const rates = await measureRates(plan.network, { onnx, rates: defaultRates.wasm, batchSize, now: () => clock });
    expect(predictPlan(plan, { rates, batchSize }).wholeMilliseconds).toBeCloseTo(7, 9);
  }
});
