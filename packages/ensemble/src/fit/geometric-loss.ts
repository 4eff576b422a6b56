// Cross-entropy of one exit's geometric ensemble, as a function of its factors `u_j = exp(w_j) / members` and its bias.
// It is the loss of a multinomial logistic regression, hence convex: the features are the members' log-probabilities,
// and each member has one factor for all classes.

import type { FitRows } from './fit-rows.ts';
import type { CurvedObjective } from './objective.ts';
import { outerProducts } from './outer-products.ts';

/**
 * Rows and classes whose contribution to the curvature is below this share are skipped: the share of the mean row so
 * far, or of the class's row. Most rows are predicted with near certainty and contribute almost nothing. The shares are
 * relative, so the curvature of a loss near zero keeps its shape.
 */
const negligibleShare = 1e-3;

export interface GeometricLossOptions {
  /** Whether the bias is a variable; otherwise it is 0. Default true. */
  readonly withBias?: boolean;
}

/**
 * Mean cross-entropy of the ensemble of the exits `0..members - 1`.
 * Variables: `[u_0 .. u_{members-1}, b_0 .. b_{classes-1}]`, or the factors alone. The curvature omits the
 * contributions of improbable classes.
 */
export function geometricLoss(
  data: FitRows,
  members: number,
  { withBias = true }: GeometricLossOptions = {},
): CurvedObjective {
  const { rows, exits, classes, logProbabilities, labels, offsets } = data;
  const size = members + (withBias ? classes : 0);
  const scores = new Float64Array(classes);
  const probabilities = new Float64Array(classes);
  const spreads = new Float64Array(classes);
  /** Members' log-probabilities averaged over the classes by the ensemble's prediction. */
  const means = new Float64Array(members);
  const products = outerProducts(members, size);
  let meanScore = 0;

  function evaluate(point: Float64Array, gradient: Float64Array, curvature: Float64Array | null): number {
    gradient.fill(0);
    curvature?.fill(0);
    let loss = 0;
    let spreadSum = 0;
    for (let row = 0; row < rows; row++) {
      const start = row * exits * classes;
      const label = labels[row] as number;
      loss += predict(point, row, label);
      addGradient(start, label, gradient);
      if (curvature === null) continue;
      const spread = measureSpread();
      spreadSum += spread;
      if (spread * (row + 1) >= negligibleShare * spreadSum) addCurvature(start, spread, curvature);
    }
    for (let index = 0; index < gradient.length; index++) gradient[index] = (gradient[index] as number) / rows;
    if (curvature !== null) {
      products.flush(curvature);
      for (let index = 0; index < curvature.length; index++) curvature[index] = (curvature[index] as number) / rows;
    }
    return loss / rows;
  }

  /** Writes the ensemble's scores and probabilities of one row; returns the row's loss. */
  function predict(point: Float64Array, row: number, label: number): number {
    for (let c = 0; c < classes; c++) {
      const bias = withBias ? (point[members + c] as number) : 0;
      scores[c] = offsets === null ? bias : bias + (offsets[row * classes + c] as number);
    }
    for (let member = 0, offset = row * exits * classes; member < members; member++, offset += classes) {
      const factor = point[member] as number;
      for (let c = 0; c < classes; c++) {
        scores[c] = (scores[c] as number) + factor * (logProbabilities[offset + c] as number);
      }
    }
    let maximum = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) {
      if ((scores[c] as number) > maximum) maximum = scores[c] as number;
    }
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const exponential = Math.exp((scores[c] as number) - maximum);
      probabilities[c] = exponential;
      sum += exponential;
    }
    const scale = 1 / sum;
    meanScore = 0;
    for (let c = 0; c < classes; c++) {
      const probability = (probabilities[c] as number) * scale;
      probabilities[c] = probability;
      meanScore += probability * (scores[c] as number);
    }
    return maximum + Math.log(sum) - (scores[label] as number);
  }

  /** `dL/du_j = sum_c q_c log p_jc - log p_jy` and `dL/db_c = q_c - [c = y]`. */
  function addGradient(start: number, label: number, gradient: Float64Array): void {
    for (let member = 0, offset = start; member < members; member++, offset += classes) {
      let mean = 0;
      for (let c = 0; c < classes; c++) mean += (probabilities[c] as number) * (logProbabilities[offset + c] as number);
      means[member] = mean;
      gradient[member] = (gradient[member] as number) + mean - (logProbabilities[offset + label] as number);
    }
    if (!withBias) return;
    for (let c = 0; c < classes; c++)
      gradient[members + c] = (gradient[members + c] as number) + (probabilities[c] as number);
    gradient[members + label] = (gradient[members + label] as number) - 1;
  }

  /**
   * Writes each class's contribution to the row's curvature, `q_c (1 - q_c + (s_c - mean s)^2)`, into `spreads`.
   * Returns the sum.
   */
  function measureSpread(): number {
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const probability = probabilities[c] as number;
      const deviation = (scores[c] as number) - meanScore;
      const spread = probability * (1 - probability + deviation * deviation);
      spreads[c] = spread;
      sum += spread;
    }
    return sum;
  }

  /**
   * The Hessian of the softmax, where `v_c` are the deviations of class `c`'s features from their mean:
   * `sum_c q_c v_c v_c^T` for the factors, `q_c v_c` between bias `c` and the factors, `diag(q) - q q^T` for the bias.
   */
  function addCurvature(start: number, spread: number, curvature: Float64Array): void {
    for (let c = 0; c < classes; c++) {
      const isNegligible = (spreads[c] as number) < negligibleShare * spread;
      if (isNegligible && !withBias) continue;
      const probability = probabilities[c] as number;
      const root = Math.sqrt(probability);
      const biasRow = (members + c) * size;
      const vector = products.next();
      for (let member = 0, position = start + c; member < members; member++, position += classes) {
        const deviation = (logProbabilities[position] as number) - (means[member] as number);
        vector[member] = root * deviation;
        if (withBias) curvature[biasRow + member] = (curvature[biasRow + member] as number) + probability * deviation;
      }
      if (!isNegligible) products.take(curvature);
      if (!withBias) continue;
      for (let other = 0; other <= c; other++) {
        const position = biasRow + members + other;
        curvature[position] = (curvature[position] as number) - probability * (probabilities[other] as number);
      }
      curvature[biasRow + members + c] = (curvature[biasRow + members + c] as number) + probability;
    }
  }

  return {
    size,
    evaluate: (point, gradient) => evaluate(point, gradient, null),
    evaluateWithCurvature: evaluate,
  };
}
