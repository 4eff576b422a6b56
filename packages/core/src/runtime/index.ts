// What authors of runtimes, of trainers and of other packages need beside `@ztw/core`.

// Inputs of a network

export type { Parameter } from '../contract/tensor.ts';
export { checkInputBatch, freeAxisLengths, namedInput } from '../input/check-input.ts';
export { copyInput, joinInputs, sliceInput, takeInputRows } from '../input/input-rows.ts';
export {
  type DenseInput,
  denseInput,
  denseInputs,
  findDenseInput,
  formatInputs,
  inputArrays,
  inputTypes,
} from '../input/input-types.ts';

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

// A backbone to train on, and the heavy operations of training

export type { CutDescription, FeatureRows, SegmentedBackbone, SegmentOutput } from '../contract/backbone.ts';
export type { GraphProbe, ProbedTensor } from '../contract/graph-probe.ts';
export type { Activation, ConvolutionGeometry, MathKernels } from '../contract/math-kernels.ts';

// Rows and numbers

export { arrayLike, joinRows, rowSize, takeRows } from '../numeric/rows.ts';
export { firstNotFinite } from '../numeric/first-not-finite.ts';
export { logSoftmax, toProbabilities } from '../numeric/softmax.ts';
export { createScratchBuffer } from '../numeric/scratch-buffer.ts';
export { lookUpTransposed, transposeInto } from '../numeric/transpose.ts';
export { decodeFloat16, decodeFloat16Into, encodeFloat16, float16Table } from '../numeric/float16.ts';

// Exit policies taken apart: kinds, scores and limits

export type { CombinedSpecification, LimitSpecification, NeverSpecification } from '../contract/exit-policy.ts';
export { type ExitScore, type GraphScore, policyOfKind, scoreByRow } from '../policy/policy-kind.ts';
export { findPolicyKind, graphKind, type SingleLimit, singleLimit } from '../policy/policy-kinds.ts';
export { parsePolicyKind } from '../policy/policy-text.ts';

// Results of a network that decides inside one graph

export { exitCosts } from '../inference/classification.ts';
export { classificationOfAnswers, type DescribedNetwork } from '../inference/classification-of-answers.ts';

// Reading files, and errors on the way

export { parseJson } from '../json/parse-json.ts';
export { about } from '../errors/about.ts';
export { throwIfAborted } from '../errors/throw-if-aborted.ts';

// In a worker

export { isPackedError } from '../errors/is-packed-error.ts';
export { type PackedError, packError, unpackError } from '../errors/packed-error.ts';
export { type MessageEndpoint, onBreakdown, onMessage, type WorkerThread } from '../worker/message-endpoint.ts';
