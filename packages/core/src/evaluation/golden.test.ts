// Every case of the reference's evaluation on small problems. Its scores are float32 means: atol 1e-7 where it averaged
// in float32, 1e-8 for calibration errors (it summed in float32).

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { auroc } from './auroc.ts';
import {
  exitKsCalibrationErrors,
  ksCalibrationError,
  ksCalibrationErrors,
  ksCalibrationSweep,
} from './calibration-error.ts';
import { exitAccuracies } from './exit-accuracy.ts';
import { type ExitPredictions, predictionsFromLogits } from './exit-predictions.ts';
import { hindsightImprovability } from './hindsight-improvability.ts';
import { outOfDistributionAurocs, outOfDistributionSweep } from './out-of-distribution.ts';
import { patienceSweep, thresholdSweep } from './sweep.ts';
import { thresholdGrid } from './threshold-grid.ts';

interface Tensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface ThresholdCase {
  readonly thresholds: Tensor;
  readonly head_scores: readonly number[];
  readonly threshold_scores: readonly number[];
  readonly threshold_flops: readonly number[];
}

interface Problem {
  readonly num_samples: number;
  readonly num_heads: number;
  readonly num_classes: number;
  readonly head_logits: readonly Tensor[];
  readonly ood_head_logits: readonly Tensor[];
  readonly labels: Tensor;
  readonly head_costs: readonly number[];
  readonly threshold_11: ThresholdCase;
  readonly threshold_101: ThresholdCase;
  readonly pbee: {
    readonly patience_thresholds: readonly number[];
    readonly threshold_scores: readonly number[];
    readonly threshold_flops: readonly number[];
  };
  readonly calibration: ThresholdCase;
  readonly ood: ThresholdCase;
  readonly hindsight_improvability: readonly number[];
}

const fixture = <Content>(name: string): Content =>
  JSON.parse(readFileSync(new URL(`../__fixtures__/${name}`, import.meta.url), 'utf8')) as Content;

function expectClose(received: readonly (number | null)[], expected: readonly number[], atol: number): void {
  expect(received).toHaveLength(expected.length);
  received.forEach((value, index) => {
    expect(value).not.toBeNull();
    expect(Math.abs((value as number) - expected[index]!), `value ${index}: ${value}`).toBeLessThanOrEqual(atol);
  });
}

const { problems } = fixture<{ readonly problems: readonly Problem[] }>('evaluate.json');

describe.each(problems.map((problem) => [problem.num_heads, problem.num_samples, problem] as const))(
  'reference evaluation, %i exits, %i rows',
  (_exits, _rows, problem) => {
    const predict = (logits: readonly Tensor[], labels: Int32Array): ExitPredictions =>
      predictionsFromLogits({
        logits: logits.map((tensor) => Float32Array.from(tensor.data)),
        labels,
        classes: problem.num_classes,
        exitMacs: problem.head_costs,
      });
    const predictions = predict(problem.head_logits, Int32Array.from(problem.labels.data));
    const foreign = predict(problem.ood_head_logits, new Int32Array(problem.ood_head_logits[0]!.shape[0]!));

    it.each([11, 101] as const)('threshold curve at %i thresholds', (count) => {
      const golden = problem[`threshold_${count}`];
      expect([...thresholdGrid(count)]).toEqual([...Float32Array.from(golden.thresholds.data)]);
      const curve = thresholdSweep(predictions, { thresholds: thresholdGrid(count) });
      expectClose(
        curve.map((point) => point.accuracy),
        golden.threshold_scores,
        1e-7,
      );
      expectClose(
        curve.map((point) => point.macs),
        golden.threshold_flops,
        1e-9,
      );
      expectClose(exitAccuracies(predictions), golden.head_scores, 1e-7);
    });

    it('patience curve', () => {
      const curve = patienceSweep(predictions, { patiences: problem.pbee.patience_thresholds });
      expectClose(
        curve.map((point) => point.accuracy),
        problem.pbee.threshold_scores,
        1e-7,
      );
      expectClose(
        curve.map((point) => point.macs),
        problem.pbee.threshold_flops,
        1e-9,
      );
    });

    it('calibration error per exit and per threshold', () => {
      expectClose(exitKsCalibrationErrors(predictions), problem.calibration.head_scores, 1e-8);
      const errors = ksCalibrationSweep(predictions, thresholdGrid(11));
      expectClose(errors, problem.calibration.threshold_scores, 1e-8);
    });

    it('out-of-distribution AUROC per exit and per threshold', () => {
      expectClose(outOfDistributionAurocs(predictions, foreign), problem.ood.head_scores, 1e-12);
      const points = outOfDistributionSweep(predictions, foreign, thresholdGrid(11));
      expectClose(
        points.map((point) => point.auroc),
        problem.ood.threshold_scores,
        1e-12,
      );
      expectClose(
        points.map((point) => point.macs),
        problem.ood.threshold_flops,
        1e-9,
      );
    });

    it('hindsight improvability', () => {
      expectClose(hindsightImprovability(predictions), problem.hindsight_improvability, 1e-12);
    });
  },
);

describe('reference calibration error', () => {
  const { cases } = fixture<{
    readonly cases: readonly {
      readonly probs: Tensor;
      readonly labels: Tensor;
      readonly ks_error: number;
      readonly per_class: readonly number[];
    }[];
  }>('ks_calibration.json');
  it.each(cases.map((golden) => [golden.probs.shape, golden] as const))('probabilities %j', (shape, golden) => {
    const probabilities = Float32Array.from(golden.probs.data);
    const labels = Int32Array.from(golden.labels.data);
    const classes = shape[1]!;
    expectClose(ksCalibrationErrors(probabilities, labels, classes), golden.per_class, 1e-7);
    expectClose([ksCalibrationError(probabilities, labels, classes)], [golden.ks_error], 1e-7);
  });
});

describe('reference out-of-distribution AUROC', () => {
  const { cases } = fixture<{
    readonly cases: readonly { readonly id_logits: Tensor; readonly ood_logits: Tensor; readonly auroc: number }[];
  }>('ood_auroc.json');
  it.each(cases.map((golden, index) => [index, golden] as const))('case %i', (_index, golden) => {
    const confidences = ({ shape, data }: Tensor): Float32Array =>
      predictionsFromLogits({
        logits: [Float32Array.from(data)],
        labels: new Int32Array(shape[0]!),
        classes: shape[1]!,
        exitMacs: [1],
      }).confidences[0]!;
    expectClose([auroc(confidences(golden.id_logits), confidences(golden.ood_logits))], [golden.auroc], 1e-12);
  });
});
