// Adam on one flat vector of parameters. Its state is plain arrays, which a checkpoint can hold.

/** Running moments of the gradients, and the number of steps so far. */
export interface AdamState {
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  readonly steps: number;
}

export interface AdamStepOptions {
  readonly learningRate: number;
  readonly weightDecay: number;
  /** `coupled`: the decay is part of the gradient (PyTorch's Adam); `decoupled`: it shrinks the parameters (AdamW). */
  readonly weightDecayKind: 'coupled' | 'decoupled';
}

const firstDecay = 0.9;
const secondDecay = 0.999;
const epsilon = 1e-8;

export function initialAdamState(parameterCount: number): AdamState {
  return {
    firstMoment: new Float32Array(parameterCount),
    secondMoment: new Float32Array(parameterCount),
    steps: 0,
  };
}

/**
 * One step: `p -= rate * m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + 1e-8)` with `b1 = 0.9`, `b2 = 0.999`, as PyTorch.
 * Writes to the parameters and to the moments of the given state.
 * Source: Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019 for the decoupled decay.
 * @returns the state after the step, which shares those arrays
 */
export function adamStep(
  parameters: Float32Array,
  gradients: Float32Array,
  state: AdamState,
  options: AdamStepOptions,
): AdamState {
  const { firstMoment, secondMoment } = state;
  const { learningRate, weightDecay } = options;
  const steps = state.steps + 1;
  const penalty = options.weightDecayKind === 'coupled' ? weightDecay : 0;
  const kept = options.weightDecayKind === 'decoupled' ? 1 - learningRate * weightDecay : 1;
  const stepSize = learningRate / (1 - firstDecay ** steps);
  const secondScale = 1 / Math.sqrt(1 - secondDecay ** steps);
  for (let index = 0; index < parameters.length; index++) {
    const value = parameters[index] as number;
    const gradient = (gradients[index] as number) + penalty * value;
    const first = firstDecay * (firstMoment[index] as number) + (1 - firstDecay) * gradient;
    const second = secondDecay * (secondMoment[index] as number) + (1 - secondDecay) * gradient * gradient;
    firstMoment[index] = first;
    secondMoment[index] = second;
    parameters[index] = kept * value - (stepSize * first) / (Math.sqrt(second) * secondScale + epsilon);
  }
  return { firstMoment, secondMoment, steps };
}
