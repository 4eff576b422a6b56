import { type EnsembleExit, type EnsembleSpecification, InvalidInputError } from '@ztw/core';
import { fitExit } from './fit-exit.ts';
import { crossEntropyOfExit, fitRows } from './fit-rows.ts';
import type { Penalty } from './penalty.ts';

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
  /** Penalty `l2 * sum_j w_j^2` on each exit's log-weights, in nats. Default 1e-4. */
  readonly l2?: number;
  /** Penalty `biasL2 * sum_c b_c^2` on each exit's bias, in nats. Default 1e-6: it matters only where nothing else holds the bias. */
  readonly biasL2?: number;
  /** Most iterations per exit. Default 200. */
  readonly maxIterations?: number;
  /** An exit is done when another iteration would gain less than this, in nats. Default 1e-7. */
  readonly tolerance?: number;
  /** Called after each exit. */
  readonly onExit?: (fit: ExitFit) => void;
}

/** The defaults of `fitEnsemble`: for held-out rows. */
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
}

/** A weight that the exit before had given up starts again from here, so that it can come back. */
const leastStartingWeight = -4;

/**
 * Learns the weights and biases of every exit's ensemble by cross-entropy.
 * The exits are independent of each other; each starts from the one before. The call is synchronous: 10,000 rows of
 * 27 exits and 10 classes take a second or two.
 * @throws InvalidDataError for no rows, or a label that is not a class.
 * @throws InvalidInputError for arrays of another length, values that are not finite, or options out of range.
 * Source: Zero Time Waste, section 3 (weights fitted after the ICs are trained); minimisers: see their files.
 */
export function fitEnsemble(options: FitEnsembleOptions): EnsembleFit {
  const { kind, classes, includeFinal, l2, biasL2, maxIterations, tolerance } = { ...fitEnsembleDefaults, ...options };
  requireNotNegative({ l2, biasL2, maxIterations, tolerance });
  const data = fitRows(options.logits, options.labels, classes);
  const penalty: Penalty = { l2, biasL2 };
  const fits: ExitFit[] = [];
  const fitted: (EnsembleExit | null)[] = [];
  let previous: EnsembleExit | null = null;
  for (let exitIndex = 0; exitIndex < data.exits; exitIndex++) {
    const crossEntropyBefore = crossEntropyOfExit(data, exitIndex);
    if (exitIndex === data.exits - 1 && !includeFinal) {
      fitted.push(null);
      fits.push(answersAlone(exitIndex, crossEntropyBefore));
    } else {
      const start = startingPoint(kind, exitIndex, previous, classes);
      const { exit, crossEntropy, ...report } = fitExit(kind, data, start, penalty, { maxIterations, tolerance });
      previous = exit;
      fitted.push(exit);
      fits.push({ exitIndex, crossEntropyBefore, crossEntropyAfter: crossEntropy, ...report });
    }
    options.onExit?.(fits[exitIndex] as ExitFit);
  }
  return { specification: { specificationVersion: 'v1', kind, classes, exits: fitted }, exits: fits };
}

/**
 * Where the fit of an exit starts: what the exit before found, with the newcomer given half of the weight.
 * The first exit starts from weight 1 and next to no bias.
 */
function startingPoint(
  kind: EnsembleSpecification['kind'],
  exitIndex: number,
  previous: EnsembleExit | null,
  classes: number,
): EnsembleExit {
  if (previous === null) {
    return { weights: [0], bias: new Array<number>(classes).fill(kind === 'geometric' ? 0 : -Math.log(classes) - 1) };
  }
  // The geometric mean divides by the number of members, which has grown by one.
  const growth = kind === 'geometric' ? (exitIndex + 1) / exitIndex : 1;
  const shares = previous.weights.map((weight) => (Math.exp(weight) * growth) / 2);
  const newcomer = shares.reduce((sum, share) => sum + share, 0);
  return {
    weights: [...shares, newcomer].map((share) => Math.max(leastStartingWeight, Math.log(share))),
    bias: previous.bias,
  };
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
