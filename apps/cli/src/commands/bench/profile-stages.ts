import { type DeviceProfile, type InputBatch, measureStages, type StagedModel } from '@ztw/core';
import { deviceName } from '../../bundle/device-profile-file.ts';
import type { JobContext } from '../../program/job-context.ts';
import type { LoadedRuntime } from '../../runtime/onnx-runtime.ts';

export interface ProfileStagesOptions {
  readonly model: StagedModel;
  /** At least as many rows as the largest batch. */
  readonly input: InputBatch;
  readonly batches: readonly number[];
  /** Measurements of each batch size; null for the default. */
  readonly repeat: number | null;
  /** Runs the uncut network; null leaves it out. */
  readonly runWhole: ((input: InputBatch) => Promise<unknown>) | null;
  readonly runtime: LoadedRuntime;
}

/**
 * Measures milliseconds per stage on this device, with progress.
 * @throws InvalidInputError, RuntimeFailureError; AbortedError once the signal has fired.
 */
export function profileStages(options: ProfileStagesOptions, context: JobContext): Promise<DeviceProfile> {
  const { model, input, batches, repeat, runWhole, runtime } = options;
  return measureStages(model, {
    input,
    batchSizes: batches,
    device: deviceName(runtime),
    ...(repeat === null ? {} : { repeats: repeat }),
    ...(runWhole === null ? {} : { runWhole }),
    signal: context.signal,
    onProgress: (done, total) =>
      context.onProgress({ phase: 'Measuring stages', done, total, remainingSeconds: null, detail: null }),
  });
}
