import { type EnsembleSpecification, InvalidInputError } from '@ztw/core';
import type { FittedExit } from './fit-exit.ts';
import { crossEntropyOfExit, type FitRows, fitRows } from './fit-rows.ts';
import { fitWithPenalty } from './fit-with-penalty.ts';
import type { SafeFitReport } from './safe/choose-candidate.ts';
import { condensedRows } from './safe/condensed-rows.ts';
import { exitOfShares } from './safe/member-shares.ts';
import { safeFit } from './safe/safe-fit.ts';

export interface FitEnsembleOptions {
  readonly kind: EnsembleSpecification['kind'];
  /**
   * One array per exit (over all networks of a chain), `[rows, classes]`, the backbone's own output last.
   * Log-probabilities are logits too. Take rows that neither the ICs nor the backbone were trained on.
   */
  readonly logits: readonly Float32Array[];
  /** `[rows]` */
  readonly labels: ArrayLike<number>;
  readonly classes: number;
  /** Whether the last exit gets an ensemble too, or answers alone. Default true. */
  readonly includeFinal?: boolean;
  /**
   * Cost of leaving at each exit, ascending, in any unit: where the safe fit compares accuracies. Default: 1, 2, 3, and so on.
   * A fit with penalties does not read it.
   */
  readonly exitCosts?: readonly number[];
  /**
   * Penalty `l2 * sum_j w_j^2` on each exit's log-weights, in nats. With this or `biasL2` the fit is held back by the
   * penalties alone, whatever the number of rows; 1e-4 where only the other is given. Default: the safe fit.
   */
  readonly l2?: number;
  /** Penalty `biasL2 * sum_c b_c^2` on each exit's bias, in nats. 1e-6 where only `l2` is given. Default: the safe fit. */
  readonly biasL2?: number;
  /** Most iterations per exit. Default 200. */
  readonly maxIterations?: number;
  /** An exit is done when another iteration would gain less than this, in nats. Default 1e-7. */
  readonly tolerance?: number;
  /** Called after each exit. */
  readonly onExit?: (fit: ExitFit) => void;
}

/** The defaults of `fitEnsemble`; the two penalties are those of a fit that is given one of them. */
export const fitEnsembleDefaults: Readonly<
  Required<Pick<FitEnsembleOptions, 'includeFinal' | 'l2' | 'biasL2' | 'maxIterations' | 'tolerance'>>
> = { includeFinal: true, l2: 1e-4, biasL2: 1e-6, maxIterations: 200, tolerance: 1e-7 };

/**
 * The original's way, to be spread over the options: no ensemble on the backbone's own output, and no penalty.
 * It was meant for training rows, where the weights collapse onto the last ICs.
 */
export const referenceFitOptions: Readonly<Required<Pick<FitEnsembleOptions, 'includeFinal' | 'l2' | 'biasL2'>>> = {
  includeFinal: false,
  l2: 0,
  biasL2: 0,
};

/** How the fit of one exit went. */
export interface ExitFit {
  readonly exitIndex: number;
  /** Mean cross-entropy (nats) of the exit's own prediction on the rows of the fit. */
  readonly crossEntropyBefore: number;
  /** That of its ensemble, without penalty; equal to the one before where the exit answers alone. */
  readonly crossEntropyAfter: number;
  readonly iterations: number;
  /** Largest absolute derivative of cross-entropy and penalty by a log-weight or bias. */
  readonly gradientNorm: number;
  /** False where the iterations ran out. */
  readonly converged: boolean;
}

export interface EnsembleFit {
  readonly specification: EnsembleSpecification;
  /** One per exit. */
  readonly exits: readonly ExitFit[];
  /** Why the ensemble is as it is; null for a fit with penalties. */
  readonly safety: SafeFitReport | null;
}

/**
 * Learns the weights and biases of every exit's ensemble by cross-entropy, on rows that were held out from training.
 *
 * Without penalties it is the safe fit. A prior holds each exit to a recency-weighted mean of the predictions so far; how firmly is
 * cross-validated, and the fewer the rows, the less they move. Exits that are clearly the worse for it answer alone, and all of them do
 * where held-out rows do not speak for the ensemble. No wall clock and no chance: the same rows give the same ensemble.
 *
 * The call is synchronous: 10,000 rows of 27 exits and 10 classes take some seconds. With more than 128 classes the safe fit looks at
 * the probable classes of each row and a sample of the others, and learns no bias.
 * @throws InvalidDataError for no rows, or a label that is not a class.
 * @throws InvalidInputError for arrays of another length, values that are not finite, or options out of range.
 * Source: Zero Time Waste, section 3 (weights fitted after the ICs are trained); minimisers: see their files.
 */
export function fitEnsemble(options: FitEnsembleOptions): EnsembleFit {
  const { kind, logits, labels, classes } = options;
  const { l2, biasL2, includeFinal, maxIterations, tolerance } = { ...fitEnsembleDefaults, ...options };
  requireNotNegative({ l2, biasL2, maxIterations, tolerance });
  if (options.l2 !== undefined || options.biasL2 !== undefined) {
    const data = fitRows(logits, labels, classes);
    const count = data.exits - (includeFinal ? 0 : 1);
    const fitted = fitWithPenalty(kind, data, count, { l2, biasL2 }, { maxIterations, tolerance });
    return ensembleFit(options, data, fitted, null);
  }
  const data = condensedRows(logits, labels, classes);
  const exitCosts = checkedCosts(options.exitCosts ?? logits.map((_, exit) => exit + 1), data.exits);
  const { exits, report } = safeFit(data, { kind, classes, includeFinal, exitCosts, maxIterations, tolerance });
  const fitted = exits.map((exit) => exit && { ...exit, exit: exitOfShares(kind, exit, classes) });
  return ensembleFit(options, data, fitted, report);
}

function ensembleFit(
  { kind, classes, onExit }: FitEnsembleOptions,
  data: FitRows,
  fitted: readonly (FittedExit | null)[],
  safety: SafeFitReport | null,
): EnsembleFit {
  const exits = fitted.map((fit, exitIndex): ExitFit => {
    const crossEntropyBefore = crossEntropyOfExit(data, exitIndex);
    if (fit === null) return answersAlone(exitIndex, crossEntropyBefore);
    const { crossEntropy, iterations, gradientNorm, converged } = fit;
    return { exitIndex, crossEntropyBefore, crossEntropyAfter: crossEntropy, iterations, gradientNorm, converged };
  });
  if (onExit !== undefined) for (const fit of exits) onExit(fit);
  const specification: EnsembleSpecification = {
    specificationVersion: 'v1',
    kind,
    classes,
    exits: fitted.map((fit) => fit?.exit ?? null),
  };
  return { specification, exits, safety };
}

function answersAlone(exitIndex: number, crossEntropy: number): ExitFit {
  return {
    exitIndex,
    crossEntropyBefore: crossEntropy,
    crossEntropyAfter: crossEntropy,
    iterations: 0,
    gradientNorm: 0,
    converged: true,
  };
}

function requireNotNegative(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(value >= 0)) throw new InvalidInputError(`Expected ${name} of at least 0 for the fit, received ${value}.`);
  }
}

function checkedCosts(costs: readonly number[], exits: number): readonly number[] {
  const isAscending = costs.every((cost, exit) => Number.isFinite(cost) && cost >= (costs[exit - 1] ?? 0));
  if (costs.length !== exits || !isAscending) {
    throw new InvalidInputError(
      `Expected the costs of ${exits} exits, each at least that of the exit before, received ${JSON.stringify(costs)}.`,
    );
  }
  return costs;
}
