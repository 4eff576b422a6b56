// Types of the public API, checked by the compiler.

import { expectTypeOf } from 'vitest';
import { chain } from './chain/chain.ts';
import {
  anyOf,
  type Classification,
  classify,
  confidenceThreshold,
  type Ensemble,
  type ExitPolicy,
  type InputBatch,
  lastPrediction,
  type PolicyKind,
  parsePolicy,
  patience,
  policyFromSpecification,
  policyKinds,
  type RowResult,
  runAllExits,
  type StagedModel,
} from './index.ts';
import { type ConformanceSubject, referenceModel, replayModel, seededNetwork } from './testing/index.ts';

declare const input: InputBatch;
declare const model: StagedModel;

// Policies are values, and all of one type.
expectTypeOf(confidenceThreshold(0.9)).toEqualTypeOf<ExitPolicy>();
expectTypeOf(confidenceThreshold([0.9, 0.8], { comparison: '>=' })).toEqualTypeOf<ExitPolicy>();
expectTypeOf(anyOf(patience(2), confidenceThreshold(0.9))).toEqualTypeOf<ExitPolicy>();
expectTypeOf(policyFromSpecification({ kind: 'entropy', limit: [0.3, 0.2] })).toEqualTypeOf<ExitPolicy>();
expectTypeOf(parsePolicy('patience:3')).toEqualTypeOf<ExitPolicy>();
expectTypeOf(policyKinds.margin).toEqualTypeOf<PolicyKind>();
// @ts-expect-error There is no such kind.
policyKinds.mood;
// @ts-expect-error A comparison is one of two operators.
confidenceThreshold(0.9, { comparison: '<' });

// A policy or ensemble with a state of its own fits where the state is unknown.
declare const counting: ExitPolicy<{ readonly counts: Int32Array }>;
expectTypeOf(counting).toExtend<ExitPolicy>();
expectTypeOf(lastPrediction()).toExtend<Ensemble>();

// Any runtime's features are opaque; its models fit everywhere.
const reference = referenceModel(seededNetwork());
expectTypeOf(reference).toExtend<StagedModel>();
expectTypeOf(chain([reference, model])).toEqualTypeOf<StagedModel>();
expectTypeOf(classify(reference, input, { policy: patience(1) })).resolves.toEqualTypeOf<Classification>();
expectTypeOf(runAllExits(model, input)).resolves.toEqualTypeOf<readonly Float32Array[]>();

// @ts-expect-error A classification needs a policy.
classify(model, input, {});
// @ts-expect-error The fallback is one of two names.
classify(model, input, { policy: patience(1), fallback: 'first' });

// Results are to be read.
declare const result: RowResult;
// @ts-expect-error A result does not change.
result.labelIndex = 0;
expectTypeOf(result.label).toEqualTypeOf<string | null>();

// A subject may leave out what its runtime cannot do.
expectTypeOf<{
  name: string;
  supports: { parallelRuns: true; featureMemory: 'host' };
  input: InputBatch;
  create: () => Promise<StagedModel>;
}>().toExtend<ConformanceSubject>();
expectTypeOf(replayModel({ classes: 2, exits: [] })).toExtend<StagedModel>();
