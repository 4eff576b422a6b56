import { describe, expect, test } from 'vitest';
import type { TrainJobOptions } from './job-options.ts';
import { type TrainFlags, trainOptions } from './options.ts';

const defaults: TrainFlags = {
  out: 'out/early/',
  validation: 0.1,
  labels: true,
  augment: 'none',
  methods: ['ztw'],
  head: 'auto',
  ensemble: 'geometric',
  budgets: [0.5, 0.25],
  epochs: 8,
  batch: 128,
  lr: 1e-3,
  schedule: 'step',
  weightDecay: 1e-4,
  labelSmoothing: 0,
  temperature: 4,
  seed: 0,
  memory: 2,
  resume: true,
  runtime: 'auto',
  runtimes: 'both',
};
const options = (flags: Partial<TrainFlags>, networks = ['a.onnx']): TrainJobOptions =>
  trainOptions(networks, { ...defaults, ...flags }, 'ztw train');

describe('cuts', () => {
  const kinds = ({ networks }: TrainJobOptions): unknown => networks.files.map(({ cuts }) => cuts.kind);

  test('auto, unless said otherwise', () => {
    expect(kinds(options({}, ['a', 'b']))).toEqual(['auto', 'auto']);
  });

  test('one for all, or one each, in one text or several', () => {
    expect(kinds(options({ cuts: ['all'] }, ['a', 'b']))).toEqual(['all', 'all']);
    expect(kinds(options({ cuts: ['none;3'] }, ['a', 'b']))).toEqual(['none', 'count']);
    expect(kinds(options({ cuts: ['none', '0.2,0.4'] }, ['a', 'b']))).toEqual(['none', 'fractions']);
    expect(() => options({ cuts: ['1;2;3'] }, ['a', 'b'])).toThrow('3 selections for 2 network(s)');
  });
});

describe('the recipe', () => {
  test('learns from labels only, unless distillation is requested', () => {
    expect(options({}).recipe.distillation).toBeNull();
    expect(options({ distill: 0.5 }).recipe.distillation).toEqual({ weight: 0.5, temperature: 4 });
  });

  test('learns from the network alone without labels', () => {
    expect(options({ labels: false, temperature: 2 }).recipe.distillation).toEqual({ weight: 1, temperature: 2 });
    expect(() => options({ labels: false, distill: 0.5 })).toThrow('--distill must be 1');
  });
});

test('rows are held out from the training data, or come from other data', () => {
  expect(options({}).data.heldOut).toEqual({ kind: 'split', fraction: 0.1 });
  expect(options({ calibrationData: 'held', calibrationRows: ':5' }).data.heldOut).toEqual({
    kind: 'data',
    path: 'held',
    rows: ':5',
  });
});

test('the work folder stands beside the output; budgets are in order; memory is in bytes', () => {
  expect(options({})).toMatchObject({
    work: { folder: 'out/early.work', memoryLimit: 2 ** 31 },
    calibration: { budgets: [0.25, 0.5] },
  });
});
