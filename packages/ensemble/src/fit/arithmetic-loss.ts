// Cross-entropy of one exit's arithmetic ensemble, as a function of its log-weights and bias. The bias acts as another
// prediction, equal for every row. Only the probability of the true class matters, so a row needs one number per
// member.

import { smallestProbability } from '../combine/arithmetic-ensemble.ts';
import type { FitRows } from './fit-rows.ts';
import type { Objective } from './objective.ts';

/**
 * Mean cross-entropy of the ensemble of the exits `0..members - 1`.
 * Variables: `[w_0 .. w_{members-1}, b_0 .. b_{classes-1}]`.
 */
export function arithmeticLoss(data: FitRows, members: number): Objective {
  const { rows, classes, labels } = data;
  const size = members + classes;
  const labelProbabilities = probabilitiesOfLabels(data, members);
  const masses = new Float64Array(size);
  const excess = 1 + classes * smallestProbability;

  function evaluate(point: Float64Array, gradient: Float64Array): number {
    // Every member's probabilities sum to 1, so the mixture sums to the total of all masses in every row.
    let total = 0;
    for (let index = 0; index < size; index++) {
      masses[index] = Math.exp(point[index] as number);
      total += masses[index] as number;
    }
    gradient.fill(0);
    let loss = 0;
    let sumOfInverse = 0;
    for (let row = 0; row < rows; row++) {
      const start = row * members;
      const biasIndex = members + (labels[row] as number);
      let mass = masses[biasIndex] as number;
      for (let member = 0; member < members; member++) {
        mass += (masses[member] as number) * (labelProbabilities[start + member] as number);
      }
      const probability = (mass / total + smallestProbability) / excess;
      loss -= Math.log(probability);
      const inverse = 1 / (probability * excess * total);
      for (let member = 0; member < members; member++) {
        gradient[member] = (gradient[member] as number) - inverse * (labelProbabilities[start + member] as number);
      }
      gradient[biasIndex] = (gradient[biasIndex] as number) - inverse;
      sumOfInverse += (inverse * mass) / total;
    }
    for (let index = 0; index < size; index++) {
      gradient[index] = (((gradient[index] as number) + sumOfInverse) * (masses[index] as number)) / rows;
    }
    return loss / rows;
  }

  return { size, evaluate };
}

/** `[rows, members]`: each member's probability of the true class. */
function probabilitiesOfLabels(
  { rows, exits, classes, logProbabilities, labels }: FitRows,
  members: number,
): Float64Array {
  const probabilities = new Float64Array(rows * members);
  for (let row = 0; row < rows; row++) {
    for (let member = 0; member < members; member++) {
      const position = (row * exits + member) * classes + (labels[row] as number);
      probabilities[row * members + member] = Math.exp(logProbabilities[position] as number);
    }
  }
  return probabilities;
}
