// What only authors of runtimes need.

// A staged model

export { letEventsIn } from '../inference/let-events-in.ts';
export type {
  AdapterOutput,
  AdapterRows,
  HeldFeatures,
  RuntimeModel,
  StagedModelAdapter,
} from './staged-model-adapter.ts';
export { createStagedModel } from './create-staged-model.ts';
export { UseGuard } from './use-guard.ts';

// Its inputs

export { checkInputBatch, freeAxisLengths, namedInput } from '../input/check-input.ts';
export { copyInput, joinInputs, sliceInput, takeInputRows } from '../input/input-rows.ts';
export { findDenseInput, formatInputs, inputArrays, inputTypes } from '../input/input-types.ts';
export { arrayLike } from '../numeric/rows.ts';

// In a worker

export { isPackedError } from '../errors/is-packed-error.ts';
export { type PackedError, packError, unpackError } from '../errors/packed-error.ts';
export { type MessageEndpoint, onBreakdown, onMessage, type WorkerThread } from '../worker/message-endpoint.ts';
