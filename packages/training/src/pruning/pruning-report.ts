import type { PrunedExits } from '@ztw/core/evaluation';
import type { PruningUnit } from './pruning-unit.ts';

export interface DroppedExitReport {
  /** The cut's tensor. */
  readonly name: string;
  /** Mean cost per row with it, when it was dropped; null where no threshold was accurate enough, whatever it costs. */
  readonly costWith: number | null;
  /** The same without it. */
  readonly costWithout: number | null;
}

/** Which exits pay, measured on the calibration rows; JSON-safe. Costs are per row, in `unit`. */
export interface PruningReport {
  readonly unit: PruningUnit;
  /** Of the full network. */
  readonly wholeAccuracy: number;
  /** What had to be kept: `wholeAccuracy` less the tolerance. */
  readonly accuracy: number;
  /** Names of the exits that stay, the last one `final`. */
  readonly kept: readonly string[];
  /** In the order in which they were dropped. */
  readonly dropped: readonly DroppedExitReport[];
  /** How often ICs were trained: 1 where none had to learn anew. */
  readonly trainings: number;
  /** Mean cost of the kept exits at their cheapest threshold that is accurate enough; null where there is none. */
  readonly cost: number | null;
  /** The same with all exits, before any was dropped. */
  readonly costOfAll: number | null;
  /** Of the uncut network. */
  readonly wholeCost: number;
  /** What is cheapest and accurate enough. */
  readonly verdict: PrunedExits['best'];
}
