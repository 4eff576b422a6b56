import { type DeviceProfile, InvalidInputError, measureStages, type StagedModel } from '@ztw/core';
import { findDenseInput, formatInputs, rowSize } from '@ztw/core/runtime';

/** Batches that are measured. */
const batchSizes = [1, 16] as const;

/** The times of a model's stages on this device, measured when they are first asked for. */
export class DeviceTimes {
  readonly #model: StagedModel;
  readonly #ready: Promise<void>;
  #profile: Promise<DeviceProfile> | null = null;

  /** @param ready When all stages can run. */
  constructor(model: StagedModel, ready: Promise<void>) {
    this.#model = model;
    this.#ready = ready;
  }

  /**
   * The profile of the device, and the measured batch that is nearest to a number of inputs.
   * @throws InvalidInputError for a model whose inputs cannot be made up.
   */
  async profileFor(rows: number): Promise<{ readonly profile: DeviceProfile; readonly batchSize: number }> {
    this.#profile ??= this.#measure();
    // A measurement that failed, because a stage did not arrive, can be made later.
    this.#profile.catch(() => {
      this.#profile = null;
    });
    return { profile: await this.#profile, batchSize: rows < batchSizes[1] ? batchSizes[0] : batchSizes[1] };
  }

  async #measure(): Promise<DeviceProfile> {
    const dense = findDenseInput(this.#model.inputs);
    if (dense === null) {
      throw new InvalidInputError(
        `Expected a network with one dense input for a budget in milliseconds; this one takes ${formatInputs(this.#model.inputs)}. Pass a budget as a fraction.`,
        { expected: 'one dense input', path: 'budget' },
      );
    }
    await this.#ready;
    const input = { data: new Float32Array(batchSizes[1] * rowSize(dense.rowShape)), rows: batchSizes[1] };
    return measureStages(this.#model, { input, batchSizes, repeats: 9, warmUps: 2 });
  }
}
