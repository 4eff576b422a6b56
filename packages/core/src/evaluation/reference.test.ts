// The published evaluation on the reference's own stored logits (ResNet-56 on CIFAR-10, 27 and 6 ICs, SDN and ZTW), to
// 4 decimals.
// Optional: it needs the folder of reference numbers, which is not part of this repository.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { logSoftmax } from '../numeric/softmax.ts';
import { interpolatedAccuracy, lastBeforeOverspending, lastWithinBudget } from './budget-readoff.ts';
import { exitKsCalibrationErrors } from './calibration-error.ts';
import { exitAccuracies } from './exit-accuracy.ts';
import { type ExitPredictions, predictionsFromLogits, selectPredictions } from './exit-predictions.ts';
import { hindsightImprovability } from './hindsight-improvability.ts';
import { type CurvePoint, patienceSweep, thresholdSweep } from './sweep.ts';
import { thresholdGrid } from './threshold-grid.ts';

interface Curve {
  readonly scores: readonly number[];
  readonly mean_macs: readonly number[];
  readonly head_scores: readonly number[];
  readonly budget_readoff: Budgets;
}

interface ThresholdCurve extends Curve {
  readonly thresholds: readonly number[];
  readonly hindsight_improvability_percent: readonly number[];
  readonly ks_error: readonly number[];
}

type Budgets = Readonly<Record<string, number>>;

interface MethodNumbers {
  readonly exit_macs: readonly number[];
  readonly threshold: ThresholdCurve;
  readonly patience?: Curve;
  readonly geometric_fit: readonly { readonly w: readonly number[]; readonly b: readonly number[] }[];
  readonly geometric_threshold: ThresholdCurve;
  readonly plain_8000_rows: { readonly budgets_interpolated: Budgets };
  readonly interpolated_10000_rows_1001_thresholds: Budgets;
  readonly geometric_interpolated_10000_rows_1001_thresholds: Budgets;
}

interface ReferenceNumbers {
  readonly backbone_macs: number;
  readonly methods: Readonly<Record<'sdn' | 'ztw', MethodNumbers>>;
}

const root = process.env.ZTW_SHARED ?? fileURLToPath(new URL('../../../../../shared', import.meta.url));
const available = existsSync(`${root}/reference`);
if (!available) console.log(`Skipped the reference's stored logits: no folder ${root}/reference (set ZTW_SHARED).`);

const CLASSES = 10;
const cases = (['resnet56-27ics', 'resnet56-6ics'] as const).flatMap((folder) =>
  (['sdn', 'ztw'] as const).map((method) => [folder, method] as const),
);

// Exact up to float32 means: not one row of 10,000 falls on another side of any threshold.
describe.skipIf(!available).each(cases)('reference %s, %s', (folder, method) => {
  const at = (name: string): string => `${root}/reference/${folder}/${name}`;
  const load = () => {
    // Python wrote NaN where its optimiser found none; JSON has no such number.
    const text = readFileSync(at('reference.json'), 'utf8').replaceAll(/\bNaN\b/g, 'null');
    const numbers = JSON.parse(text) as ReferenceNumbers;
    const expected = numbers.methods[method];
    const labels = readIntegers(at('test_labels.npy'));
    const logits = readLogits(at(`${method}_test_logits_f16.npy`));
    const predict = (values: readonly Float32Array[]): ExitPredictions =>
      predictionsFromLogits({ logits: values, labels, classes: CLASSES, exitMacs: expected.exit_macs });
    return { expected, logits, predict, backboneMacs: numbers.backbone_macs };
  };
  const { expected, logits, predict, backboneMacs } = available ? load() : ({} as ReturnType<typeof load>);

  function expectCurve(curve: readonly CurvePoint[], golden: Curve): void {
    expectTo4Decimals(
      curve.map((point) => point.accuracy),
      golden.scores,
    );
    expectTo4Decimals(
      curve.map((point) => point.macs),
      golden.mean_macs,
    );
    for (const [budget, score] of Object.entries(golden.budget_readoff)) {
      const readings = [lastBeforeOverspending, lastWithinBudget].map((read) =>
        read(curve, Number(budget) * backboneMacs),
      );
      expectTo4Decimals(
        readings.map((point) => point?.accuracy),
        [score, score],
      );
    }
  }

  function expectThresholds(predictions: ExitPredictions, golden: ThresholdCurve): void {
    expect([...thresholdGrid(golden.thresholds.length)]).toEqual(golden.thresholds);
    expectCurve(thresholdSweep(predictions, { thresholds: thresholdGrid(golden.thresholds.length) }), golden);
    expectTo4Decimals(exitAccuracies(predictions), golden.head_scores);
    expectTo4Decimals(exitKsCalibrationErrors(predictions), golden.ks_error);
    const improvabilities = hindsightImprovability(predictions).map((share) => 100 * share);
    expectTo4Decimals(improvabilities, golden.hindsight_improvability_percent);
  }

  // In percent in the file. Another program made these, whose softmax rounds otherwise: one row of 10,000 falls
  // differently there.
  function expectInterpolated(predictions: ExitPredictions, golden: Budgets): void {
    const curve = thresholdSweep(predictions);
    expect(curve).toHaveLength(1001);
    const accuracies = Object.keys(golden).map((budget) => interpolatedAccuracy(curve, Number(budget) * backboneMacs));
    expectTo4Decimals(
      accuracies.map((accuracy) => accuracy!),
      Object.values(golden).map((percent) => percent / 100),
    );
  }

  it('plain exits: curve, read-off, per-exit accuracy, hindsight improvability, calibration', () => {
    expectThresholds(predict(logits), expected.threshold);
  });

  it.skipIf(method === 'ztw')('patience curve and read-off', () => {
    expectCurve(patienceSweep(predict(logits)), expected.patience!);
  });

  it('plain exits at the budgets, interpolated', () => {
    const predictions = predict(logits);
    expectInterpolated(predictions, expected.interpolated_10000_rows_1001_thresholds);
    const reportRows = selectPredictions(predictions, readIntegers(at('report_rows.npy')));
    expectInterpolated(reportRows, expected.plain_8000_rows.budgets_interpolated);
  });

  it('geometric ensembles: everything again', () => {
    const predictions = predict(geometric(logits, expected.geometric_fit));
    expectThresholds(predictions, expected.geometric_threshold);
    expectInterpolated(predictions, expected.geometric_interpolated_10000_rows_1001_thresholds);
  });
});

/** Half a unit of the fourth decimal. */
function expectTo4Decimals(received: readonly (number | undefined)[], golden: readonly number[]): void {
  expect(received).toHaveLength(golden.length);
  received.forEach((value, index) => {
    expect(Math.abs(value! - golden[index]!), `value ${index}: ${value}, not ${golden[index]}`).toBeLessThan(5e-5);
  });
}

/** `mean_{j<=m}( exp(w_{m,j}) log p_j ) + b_m`; exits without a fit answer alone. */
function geometric(logits: readonly Float32Array[], fits: MethodNumbers['geometric_fit']): Float32Array[] {
  const logProbabilities = logits.map((values) => logSoftmax(values, CLASSES));
  return logits.map((own, exitIndex) => {
    const fit = fits[exitIndex];
    if (fit === undefined) return own;
    const weights = fit.w.map((weight) => Math.exp(weight) / fit.w.length);
    return own.map((_, position) => {
      const sum = weights.reduce((total, weight, member) => total + weight * logProbabilities[member]![position]!, 0);
      return sum + fit.b[position % CLASSES]!;
    });
  });
}

/** Data of an .npy file and its header's shape. */
function readNpy(path: string): { shape: number[]; type: string; bytes: Buffer } {
  const file = readFileSync(path);
  const header = file.subarray(10, 10 + file.readUInt16LE(8)).toString('latin1');
  const shape = /'shape': \(([^)]*)\)/.exec(header)![1]!;
  const type = /'descr': '([^']*)'/.exec(header)![1]!;
  return {
    shape: shape
      .split(',')
      .filter((size) => size.trim() !== '')
      .map(Number),
    type,
    bytes: file.subarray(10 + file.readUInt16LE(8)),
  };
}

function readIntegers(path: string): Int32Array {
  const { shape, type, bytes } = readNpy(path);
  expect(['|u1', '<i4', '<i8']).toContain(type);
  return Int32Array.from({ length: shape[0]! }, (_, index) =>
    type === '|u1'
      ? bytes.readUInt8(index)
      : type === '<i4'
        ? bytes.readInt32LE(4 * index)
        : Number(bytes.readBigInt64LE(8 * index)),
  );
}

/** `[rows, exits, classes]` float16 -> one `[rows, classes]` per exit. */
function readLogits(path: string): Float32Array[] {
  const { shape, type, bytes } = readNpy(path);
  expect(type).toBe('<f2');
  const [rows, exits] = shape as [number, number];
  return Array.from({ length: exits }, (_, exitIndex) =>
    Float32Array.from({ length: rows * CLASSES }, (_, position) => {
      const row = Math.floor(position / CLASSES);
      return fromHalf(bytes.readUInt16LE(2 * ((row * exits + exitIndex) * CLASSES + (position % CLASSES))));
    }),
  );
}

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}
