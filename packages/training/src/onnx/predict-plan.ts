// The time of a planned network's stages and the size of its bundle, before anything is trained.

import { type DeviceRates, predictMilliseconds } from '@ztw/core/evaluation';
import { headOperations, parameterCount } from '@ztw/heads';
import { segmentOperations, splitGraph } from '@ztw/onnx-graph';
import type { NetworkPlan } from './network-plan.ts';

/** Predicted milliseconds per row of one stage. */
export interface PredictedStage {
  /** The cut's tensor, or `final`. */
  readonly name: string;
  readonly segmentMilliseconds: number;
  /** Of the head and the fixed time of a stage. */
  readonly headMilliseconds: number;
  /** Of all stages up to this one, if no row leaves earlier. */
  readonly cumulativeMilliseconds: number;
}

/** What a plan will cost. JSON-safe. */
export interface PlanPrediction {
  /** Rows that run together. */
  readonly batchSize: number;
  /** The uncut network, in milliseconds per row. */
  readonly wholeMilliseconds: number;
  readonly stages: readonly PredictedStage[];
  /** The network's file and the values of the heads, each once. */
  readonly bundleBytes: number;
}

export interface PredictPlanOptions {
  /** Rates of the device: `defaultRates`, or measured ones. */
  readonly rates: DeviceRates;
  /** Rows that run together. Default 1. */
  readonly batchSize?: number;
}

const bytesPerValue = 4;

/**
 * Predicts the time of every stage of a plan, with the heads of its first method, and the size of its bundle.
 * @throws InvalidInputError for a batch size that is not a positive integer.
 */
export function predictPlan(
  { network, cuts, variants }: Pick<NetworkPlan, 'network' | 'cuts' | 'variants'>,
  { rates, batchSize = 1 }: PredictPlanOptions,
): PlanPrediction {
  const heads = variants[0]?.heads ?? [];
  const fixed = rates.stageMilliseconds / batchSize;
  let cumulativeMilliseconds = 0;
  const stages = splitGraph(network.analysis, cuts).map((segment, index): PredictedStage => {
    const head = heads[index];
    const segmentMilliseconds = predictMilliseconds(segmentOperations(segment), rates, batchSize);
    const headMilliseconds =
      fixed + (head === undefined ? 0 : predictMilliseconds(headOperations(head), rates, batchSize));
    cumulativeMilliseconds += segmentMilliseconds + headMilliseconds;
    return { name: segment.name, segmentMilliseconds, headMilliseconds, cumulativeMilliseconds };
  });
  return {
    batchSize,
    wholeMilliseconds: fixed + stages.reduce((sum, { segmentMilliseconds }) => sum + segmentMilliseconds, 0),
    stages,
    bundleBytes: network.bytes.length + heads.reduce((sum, head) => sum + bytesPerValue * parameterCount(head), 0),
  };
}
