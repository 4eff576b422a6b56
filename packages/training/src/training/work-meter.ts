// Measures the fraction of the job that is done and estimates the remaining time. Work is counted in estimated
// multiply-accumulates, so its kinds can be added. The remaining time follows from the measured speed of each kind.

import type { OverallProgress } from './training-progress.ts';

/** `features`: running segments; `training`: optimiser steps; `logits`: running trained ICs. */
export type WorkKind = 'features' | 'training' | 'logits';

export interface WorkMeter {
  /** Counts work that was just done. */
  add(kind: WorkKind, units: number, seconds: number): void;
  /** Counts work that is skipped because a checkpoint holds its result. */
  skip(kind: WorkKind, units: number): void;
  overall(): OverallProgress;
  /** Seconds measured for one kind. */
  seconds(kind: WorkKind): number;
}

/** Assumed speed before any measurement. */
const assumedSecondsPerUnit = 1 / 5e9;

/** @param totals All work of the job, per kind. */
export function createWorkMeter(totals: Readonly<Record<WorkKind, number>>): WorkMeter {
  const kinds = Object.keys(totals) as WorkKind[];
  const done = { features: 0, training: 0, logits: 0 };
  const measured = { features: 0, training: 0, logits: 0 };
  const seconds = { features: 0, training: 0, logits: 0 };
  const total = kinds.reduce((sum, kind) => sum + totals[kind], 0);
  return {
    add(kind, units, spent) {
      done[kind] += units;
      measured[kind] += units;
      seconds[kind] += spent;
    },
    skip(kind, units) {
      done[kind] += units;
    },
    overall() {
      const sum = kinds.reduce((units, kind) => units + done[kind], 0);
      const left = kinds.reduce((time, kind) => {
        const perUnit = measured[kind] > 0 ? seconds[kind] / measured[kind] : assumedSecondsPerUnit;
        return time + Math.max(0, totals[kind] - done[kind]) * perUnit;
      }, 0);
      return { fraction: total === 0 ? 1 : Math.min(1, sum / total), etaSeconds: left };
    },
    seconds: (kind) => seconds[kind],
  };
}
