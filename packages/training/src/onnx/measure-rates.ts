// The speed of this device, from a short run of the uncut network. One number: the rates of different kinds of operations
// keep their ratios.

import { type DeviceRates, predictMilliseconds, scaleRates } from '@ztw/core/evaluation';
import { rowSize, throwIfAborted } from '@ztw/core/runtime';
import { segmentOperations, splitGraph } from '@ztw/onnx-graph';
import type { OnnxBackend } from './onnx-backend.ts';
import type { OnnxNetwork } from './onnx-network.ts';
import { openWholeNetwork } from './whole-network.ts';

export interface MeasureRatesOptions {
  readonly onnx: Pick<OnnxBackend, 'whole'>;
  /** Rates whose ratios are kept: `defaultRates` of the runtime's kind. */
  readonly rates: DeviceRates;
  /** Rows that run together. Default 1. A network of a fixed batch takes its own. */
  readonly batchSize?: number;
  /** Stops between two runs. */
  readonly signal?: AbortSignal;
  /** The clock, in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
}

/** Runs are repeated for this time, but between the two numbers. */
const milliseconds = 300;
const fewestRuns = 5;
const mostRuns = 50;

/**
 * Runs the uncut network on zeros for about a third of a second and scales the rates, such that the predicted time of the
 * network is the measured median.
 * @throws RuntimeFailureError if the runtime fails; AbortedError if `signal` fires.
 */
export async function measureRates(network: OnnxNetwork, options: MeasureRatesOptions): Promise<DeviceRates> {
  const { onnx, rates, signal, now = () => performance.now() } = options;
  const { analysis } = network;
  const rows = analysis.batch === 'dynamic' ? (options.batchSize ?? 1) : analysis.batch;
  const [segment] = splitGraph(analysis, []);
  const operations = segment === undefined ? [] : segmentOperations(segment);
  const predicted = rows * predictMilliseconds(operations, rates, rows) + rates.stageMilliseconds;
  await using whole = await openWholeNetwork(network, onnx);
  const input = { data: new Float32Array(rows * rowSize(analysis.input.rowShape)), rows };
  const times: number[] = [];
  await whole.runWhole(input);
  const start = now();
  while (times.length < fewestRuns || (times.length < mostRuns && now() - start < milliseconds)) {
    throwIfAborted(signal, 'measurement');
    const before = now();
    await whole.runWhole(input);
    times.push(now() - before);
  }
  const median = times.toSorted((left, right) => left - right)[Math.floor(times.length / 2)] ?? predicted;
  // A clock that is too coarse for a tiny network leaves the rates as they are.
  return median > 0 ? scaleRates(rates, median / predicted) : rates;
}
