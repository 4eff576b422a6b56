import type { CurvedObjective, Objective } from './objective.ts';

/** Strength of the penalties of a fit, in nats per squared unit. */
export interface Penalty {
  /** On the log-weights: `l2 * sum_j w_j^2`. */
  readonly l2: number;
  /** On the bias: `biasL2 * sum_c b_c^2`. Fixes the bias of classes without rows, and the free constant of the bias. */
  readonly biasL2: number;
}

/**
 * Value of the penalty at `[w, b]`.
 * @param members Number of log-weights.
 */
export function penaltyValue(penalty: Penalty, members: number, point: Float64Array): number {
  return point.reduce((sum, variable, index) => sum + strengthAt(penalty, members, index) * variable * variable, 0);
}

function strengthAt(penalty: Penalty, members: number, index: number): number {
  return index < members ? penalty.l2 : penalty.biasL2;
}

/** An objective over `[w, b]` with its penalty. */
export function penalised(objective: Objective, members: number, penalty: Penalty): Objective {
  return {
    size: objective.size,
    evaluate(point, gradient) {
      const value = objective.evaluate(point, gradient);
      for (let index = 0; index < point.length; index++) {
        const slope = 2 * strengthAt(penalty, members, index) * (point[index] as number);
        gradient[index] = (gradient[index] as number) + slope;
      }
      return value + penaltyValue(penalty, members, point);
    },
  };
}

/**
 * An objective over `[u, b]` with the penalty of `[w, b]`, where `u = exp(w) / members`.
 * The penalty is not convex for `w > 1`; its curvature counts as zero there.
 */
export function penalisedFactors(objective: CurvedObjective, members: number, penalty: Penalty): CurvedObjective {
  const { size } = objective;
  function addPenalty(point: Float64Array, gradient: Float64Array, curvature: Float64Array | null): number {
    let value = 0;
    for (let index = 0; index < size; index++) {
      const isFactor = index < members;
      const factor = isFactor ? (point[index] as number) : 1;
      const variable = isFactor ? Math.log(factor * members) : (point[index] as number);
      const strength = strengthAt(penalty, members, index);
      value += strength * variable * variable;
      gradient[index] = (gradient[index] as number) + (2 * strength * variable) / factor;
      if (curvature === null) continue;
      const bend = isFactor ? Math.max(0, 1 - variable) / factor ** 2 : 1;
      curvature[index * size + index] = (curvature[index * size + index] as number) + 2 * strength * bend;
    }
    return value;
  }
  return {
    size,
    evaluate: (point, gradient) => objective.evaluate(point, gradient) + addPenalty(point, gradient, null),
    evaluateWithCurvature: (point, gradient, curvature) =>
      objective.evaluateWithCurvature(point, gradient, curvature) + addPenalty(point, gradient, curvature),
  };
}
