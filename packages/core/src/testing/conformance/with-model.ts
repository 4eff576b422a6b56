import type { StagedModel } from '../../contract/staged-model.ts';
import { check } from './checks.ts';
import type { ConformanceSubject } from './conformance-subject.ts';

/** Makes a model for one check, checks afterwards that it holds no features, and always disposes it. */
export async function withModel(
  subject: ConformanceSubject,
  use: (model: StagedModel) => Promise<void>,
): Promise<void> {
  const model = await subject.create();
  try {
    await use(model);
    const live = subject.liveFeatures?.(model) ?? 0;
    check(live === 0, `Expected no features to be held after the run; the model still holds ${live}.`);
  } finally {
    await model[Symbol.asyncDispose]();
  }
}
