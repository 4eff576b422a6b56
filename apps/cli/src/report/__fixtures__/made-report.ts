// A report like a real one: made-up predictions that get better with depth, measured by the real evaluation.

import { policyKinds } from '@ztw/core';
import { chooseSettingsForShares, costsInMacs, createEvaluationReport, type EvaluationReport, type ExitPredictions, type MethodReport, predictionsFromLogits, reportMethod } from '@ztw/core/evaluation';
import { seededRandom } from '@ztw/heads';

const classes = 10;
const backboneMacs = 125_485_696;
export const budgets: readonly number[] = [0.25, 0.5, 0.75, 1];

interface Recipe {
  readonly rows: number;
  readonly exits: number;
  /** How much each exit learns from the noise of those before it, 0 to 1. */
  readonly recycling: number;
  readonly seed: number;
}

/** Logits whose right class stands out the more, the deeper the exit and the easier the row. */
function madePredictions({ rows, exits, recycling, seed }: Recipe) {
  const random = seededRandom(seed);
  const labels = Int32Array.from({ length: rows }, () => Math.floor(random() * classes));
  const difficulty = Array.from({ length: rows }, () => random() ** 2);
  const logits = Array.from({ length: exits }, () => new Float32Array(rows * classes));
  for (let row = 0; row < rows; row++) {
    const steady = Array.from({ length: classes }, () => (random() - 0.5) * 5);
    for (let exit = 0; exit < exits; exit++) {
      const depth = (exit + 1) / exits;
      const margin = 6 * (0.35 + depth ** 0.5 - (difficulty[row] as number));
      for (let label = 0; label < classes; label++) {
        const noise = (steady[label] as number) + (random() - 0.5) * 6 * (1 - recycling * depth);
        (logits[exit] as Float32Array)[row * classes + label] = noise + (label === labels[row] ? margin : 0);
      }
    }
  }
  const exitMacs = Array.from({ length: exits }, (_, exit) => Math.round((backboneMacs * (exit + 1) * 1.04) / exits));
  return predictionsFromLogits({ logits, labels, classes, exitMacs });
}

export interface MadeReportOptions {
  readonly rows?: number;
  readonly exits?: number;
  /** With times: each exit takes two milliseconds more than the one before. */
  readonly timed?: boolean;
  readonly changes?: Partial<EvaluationReport>;
}

export function madeReport({ rows = 400, exits = 7, timed = false, changes = {} }: MadeReportOptions = {}): EvaluationReport {
  const exitNames = Array.from({ length: exits }, (_, exit) =>
    exit === exits - 1 ? 'final' : `/layer${1 + Math.floor((exit * 3) / exits)}/${exit}/Relu_output_0`,
  );
  const times = {
    device: 'a made-up device',
    batchSize: 1,
    costs: { unit: 'milliseconds', perExit: exitNames.map((_, exit) => 2 * (exit + 1)), whole: 12.5 } as const,
    budgets: [5, 9],
  };
  const method = (name: string, rule: 'threshold' | 'patience', recycling: number, chosen: boolean): MethodReport => {
    const policy = rule === 'threshold' ? policyKinds.confidence : policyKinds.patience;
    const held = madePredictions({ rows, exits, recycling, seed: 5 });
    const reported = madePredictions({ rows, exits, recycling, seed: 6 });
    const costsHeld = costsInMacs(held, backboneMacs);
    return reportMethod({
      name,
      policy,
      predictions: reported,
      exitNames,
      costs: costsInMacs(reported, backboneMacs),
      budgets,
      chosen: chosen ? chooseSettingsForShares({ predictions: held, policy, budgets, costs: costsHeld }) : [],
      ...(timed ? { times } : {}),
    });
  };
  return createEvaluationReport({
    title: 'Early exits of resnet56-cifar10 on test.tar.gz',
    rows,
    classes,
    labels: null,
    references: [{ name: 'resnet56-cifar10', accuracy: 0.9017, macs: backboneMacs }],
    methods: [
      method('ZTW', 'threshold', 0.9, true),
      method('SDN', 'threshold', 0.3, true),
      method('PABEE', 'patience', 0.3, false),
    ],
    skipped: [{ name: 'test/cat/0007.jpg', reason: 'it cannot be decoded: VipsJpeg: premature end of JPEG image' }],
    provenance: {
      program: 'ztw 0.1.0',
      data: { name: 'test.tar.gz', rows: '2000:10000', sha256: '3f5a0c9be8f5d1c0a8c1d0c7a3f1f0d9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3' },
      command: 'ztw eval out/ztw out/sdn --data test.tar.gz --rows rows.npy --out out/report',
      seed: 1,
    },
    ...changes,
  });
}
