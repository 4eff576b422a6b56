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
   * Log-probabilities work too. Use rows that neither the ICs nor the backbone were trained on.
   */
  readonly logits: readonly Float32Array[];
  /** `[rows]` */
  readonly labels: ArrayLike<number>;
  readonly classes: number;
  /** Whether the last exit has an ensemble too, or answers alone. Default true. */
  readonly includeFinal?: boolean;
  /**
   * Cost of leaving at each exit, ascending, in any unit. The safe fit compares accuracies at equal costs; a fit with
   * penalties ignores them. Default: 1, 2, 3, and so on.
   */
  readonly exitCosts?: readonly number[];
  /**
   * Penalty `l2 * sum_j w_j^2` on each exit's log-weights, in nats. With `l2` or `biasL2` the penalties alone
   * regularise the fit, for any number of rows. 1e-4 if only `biasL2` is given. Default: the safe fit.
   */
  readonly l2?: number;
  /** Penalty `biasL2 * sum_c b_c^2` on each exit's bias, in nats. 1e-6 if only `l2` is given. Default: the safe fit. */
  readonly biasL2?: number;
  /** Maximum iterations per exit. Default 200. */
  readonly maxIterations?: number;
  /** The fit of an exit stops when another iteration would gain less than this, in nats. Default 1e-7. */
  readonly tolerance?: number;
  /** Called after each exit. */
  readonly onExit?: (fit: ExitFit) => void;
}

/** The defaults of `fitEnsemble`. The two penalties apply only if the other one is given. */
export const fitEnsembleDefaults: Readonly<
  Required<Pick<FitEnsembleOptions, 'includeFinal' | 'l2' | 'biasL2' | 'maxIterations' | 'tolerance'>>
> = { includeFinal: true, l2: 1e-4, biasL2: 1e-6, maxIterations: 200, tolerance: 1e-7 };

/**
 * The options of the original: no ensemble on the backbone's own output, and no penalty. Spread them into the options.
 * The original fits on training rows, where the weights collapse onto the last ICs.
 */
export const referenceFitOptions: Readonly<Required<Pick<FitEnsembleOptions, 'includeFinal' | 'l2' | 'biasL2'>>> = {
  includeFinal: false,
  l2: 0,
  biasL2: 0,
};

/** The result of fitting one exit. */
export interface ExitFit {
  readonly exitIndex: number;
  /** Mean cross-entropy (nats) of the exit's own prediction on the fitted rows. */
  readonly crossEntropyBefore: number;
  /** The same for its ensemble, without penalty. Equal to `crossEntropyBefore` if the exit answers alone. */
  readonly crossEntropyAfter: number;
  readonly iterations: number;
  /** Largest absolute derivative of cross-entropy plus penalty with respect to a log-weight or bias. */
  readonly gradientNorm: number;
  /** False if the fit stopped at `maxIterations`. */
  readonly converged: boolean;
}

export interface EnsembleFit {
  readonly specification: EnsembleSpecification;
  /** One per exit. */
  readonly exits: readonly ExitFit[];
  /** The reasons for the choice of ensemble; null for a fit with penalties. */
  readonly safety: SafeFitReport | null;
}

/**
 * Fits the weights and biases of every exit's ensemble by cross-entropy, on rows that were held out from training.
 *
 * Without penalties it is the safe fit. A prior holds each exit near a recency-weighted mean of the predictions so far.
 * Cross-validation chooses the strength of the prior; with fewer rows the weights move less. Exits that are clearly
 * worse with the ensemble answer alone. If held-out rows do not favour the ensemble, all exits answer alone. The fit is
 * deterministic: the same rows give the same ensemble.
 *
 * The call is synchronous: 10,000 rows of 27 exits and 10 classes take some seconds. With more than 128 classes the
 * safe fit reads the probable classes of each row and a sample of the others, and fits no bias.
 * @throws InvalidDataError if there are no rows, or a label is not a class.
 * @throws InvalidInputError if arrays have the wrong length, values are not finite, or options are out of range.
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
    if (value >= 0) continue;
    throw new InvalidInputError(`Expected ${name} of at least 0 for the fit; received ${value}.`, {
      expected: 'at least 0',
      received: value,
      path: name,
    });
  }
}

function checkedCosts(costs: readonly number[], exits: number): readonly number[] {
  const isAscending = costs.every((cost, exit) => Number.isFinite(cost) && cost >= (costs[exit - 1] ?? 0));
  if (costs.length !== exits || !isAscending) {
    throw new InvalidInputError(`Expected ascending costs of ${exits} exits; received ${JSON.stringify(costs)}.`, {
      expected: `${exits} ascending numbers`,
      received: costs,
      path: 'exitCosts',
    });
  }
  return costs;
}
