import type { PrunedExits } from '@ztw/core/evaluation';
import type { PruningUnit } from './pruning-unit.ts';

export interface DroppedExitReport {
  /** The cut's tensor. */
  readonly name: string;
  /** Mean cost per row with this exit when it was dropped; null if no threshold was accurate enough. */
  readonly costWith: number | null;
  /** The same without this exit. */
  readonly costWithout: number | null;
}

/** Which exits pay, measured on the calibration rows; JSON-safe. Costs are per row, in `unit`. */
export interface PruningReport {
  readonly unit: PruningUnit;
  /** Of the full network. */
  readonly wholeAccuracy: number;
  /** The required accuracy: `wholeAccuracy` minus the tolerance. */
  readonly accuracy: number;
  /** Names of the kept exits; the last one is `final`. */
  readonly kept: readonly string[];
  /** In the order of dropping. */
  readonly dropped: readonly DroppedExitReport[];
  /** How often ICs were trained: 1 if none had to be trained again. */
  readonly trainings: number;
  /** Mean cost of the kept exits at the cheapest threshold that is accurate enough; null if there is none. */
  readonly cost: number | null;
  /** The same with all exits, before any was dropped. */
  readonly costOfAll: number | null;
  /** Of the uncut network. */
  readonly wholeCost: number;
  /** The cheapest choice that is accurate enough. */
  readonly verdict: PrunedExits['best'];
}
