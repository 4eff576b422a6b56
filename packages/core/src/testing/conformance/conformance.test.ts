import { describe, expect, it, test, vi } from 'vitest';
import { chain } from '../../chain/chain.ts';
import type { DenseInputBatch, InputBatch, InputTensor, NamedInputBatch } from '../../contract/input.ts';
import type { StagedModel } from '../../contract/staged-model.ts';
import { namedInput } from '../../input/check-input.ts';
import { inputTypes } from '../../input/input-types.ts';
import { takeRows } from '../../numeric/rows.ts';
import type { HeldFeatures, RuntimeModel } from '../../runtime/staged-model-adapter.ts';
import { referenceModel } from '../reference-model.ts';
import { wholeLogits } from '../reference-network.ts';
import { seededNetwork } from '../seeded-network.ts';
import { seededValues } from '../seeded-values.ts';
import { tokenInputs, tokenModel, tokenRows, wholeTokenLogits } from '../token-model.ts';
import { conformanceCases } from './conformance-cases.ts';
import type { ConformanceSubject } from './conformance-subject.ts';
import { formatConformance, runConformance, runConformanceCase } from './run-conformance.ts';
import { testSubject } from './test-conformance.ts';

const network = seededNetwork();
const input: DenseInputBatch = { rows: 16, data: seededValues(7, 16 * 72, 1.5) };

const reference: ConformanceSubject = {
  name: 'seeded network',
  supports: { parallelRuns: true, featureMemory: 'host', concatRows: true, inputTypes },
  input,
  create: async () => referenceModel(network),
  wholeLogits: async (batch) => wholeLogits(network, batch),
  liveFeatures: (model) => (model as RuntimeModel).liveFeatures,
  // Every row is computed on its own: the same sums in the same order.
  tolerance: { absolute: 1e-7, relative: 1e-6 },
};

const tokens: ConformanceSubject = {
  ...reference,
  name: 'tokens and a mask',
  input: tokenRows(16, 7),
  inputOfOtherLength: tokenRows(5, 3),
  create: async () => tokenModel(),
  wholeLogits: async (batch) => wholeTokenLogits(namedInput(batch, tokenInputs)),
};

const subjects: readonly ConformanceSubject[] = [
  reference,
  {
    ...reference,
    name: 'seeded network without cascade',
    create: async () => referenceModel(seededNetwork({ cascade: false })),
  },
  {
    name: 'chain of a plain network and one with ICs',
    supports: reference.supports,
    input,
    create: async () =>
      chain([referenceModel(seededNetwork({ seed: 3, internalClassifiers: false })), referenceModel(network)]),
    wholeLogits: async (batch) => wholeLogits(network, batch),
  },
  tokens,
];

for (const subject of subjects)
  testSubject({ describe, test }, { runtime: 'reference', network: subject.name, subject });

it('leaves no case out on the reference, which can do everything', () => {
  for (const conformanceCase of conformanceCases) {
    const reasons = subjects.map((subject) => conformanceCase.skip?.(subject) ?? null);
    expect(reasons, conformanceCase.name).toContain(null);
  }
});

/** A runtime with one fault: the reference, one of whose methods was replaced. */
function faulty(fault: (model: RuntimeModel) => Partial<StagedModel>): ConformanceSubject {
  return {
    ...reference,
    create: async () => {
      const model = referenceModel(network);
      const replaced = fault(model);
      return new Proxy(model, {
        get(target, property) {
          const value: unknown =
            property in replaced ? Reflect.get(replaced, property) : Reflect.get(target, property, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
    liveFeatures: () => 0,
  };
}

/** Only the first tokens count. */
function withFirstTokens(batch: InputBatch, count: number): NamedInputBatch {
  const { rows, inputs } = namedInput(batch, tokenInputs);
  const { ids, mask } = inputs as Record<'ids' | 'mask', InputTensor>;
  const tokens = mask.rowShape[0] as number;
  const data = (mask.data as Uint8Array).map((value, index) => (index % tokens < count ? value : 0));
  return { rows, inputs: { ids, mask: { ...mask, data } } };
}

interface Fault {
  readonly fault: string;
  readonly subject: ConformanceSubject;
  /** A case that must fail. */
  readonly fails: string;
}

const faults: readonly Fault[] = [
  {
    fault: 'rows in the wrong order',
    fails: 'keeps the order of the rows that stay',
    subject: faulty((model) => ({
      keepRows: (features, kept) => {
        // Every row but the first becomes its neighbour above, where that leaves them ascending.
        const shifted = kept.map((row, position) => (position === 0 ? row : row - 1));
        return model.keepRows(features as HeldFeatures, (shifted[1] ?? 1) > (shifted[0] ?? 0) ? shifted : kept);
      },
    })),
  },
  {
    fault: 'rows that are joined in another order',
    fails: 'joins the rows of several runs, before every stage',
    subject: faulty((model) => ({
      concatRows: (parts) => model.concatRows([...(parts as HeldFeatures[])].reverse()),
    })),
  },
  {
    fault: 'a model that runs after it was disposed',
    fails: 'refuses every use after it was disposed',
    subject: faulty(() => ({ [Symbol.asyncDispose]: async () => undefined })),
  },
  {
    fault: 'NaN that is replaced',
    fails: 'refuses NaN in the input',
    subject: faulty((model) => ({
      load: (batch) => {
        const { data } = namedInput(batch, model.inputs).inputs.input as InputTensor;
        return model.load({
          rows: batch.rows,
          data: (data as Float32Array).map((value) => (Number.isNaN(value) ? 0 : value)),
        });
      },
    })),
  },
  {
    fault: 'previous logits that are lost beyond the eighth row',
    fails: 'leaves live where stored logits say so, row by row',
    subject: faulty((model) => ({
      runStage: (stageIndex, features, previousLogits) => {
        const known = previousLogits?.map((value, index) => (index < 8 * network.classes ? value : 0)) ?? null;
        return model.runStage(stageIndex, features as HeldFeatures, known);
      },
    })),
  },
  {
    fault: 'logits that are overwritten',
    fails: 'gives logits away: later stages leave them as they were',
    subject: faulty((model) => {
      const shared = new Float32Array(input.rows * network.classes);
      return {
        runStage: async (stageIndex, features, previousLogits) => {
          const output = await model.runStage(stageIndex, features as HeldFeatures, previousLogits);
          shared.set(output.logits);
          return { ...output, logits: shared.subarray(0, output.logits.length) };
        },
      };
    }),
  },
  {
    fault: 'input that is read after load',
    fails: 'takes the input over: the caller may reuse its memory after load',
    subject: faulty((model) => {
      let latest: InputBatch = input;
      return {
        load: (batch) => {
          latest = batch;
          return model.load(batch);
        },
        runStage: async (stageIndex, features, previousLogits) => {
          if (stageIndex > 0) return model.runStage(stageIndex, features as HeldFeatures, previousLogits);
          model.release(features as HeldFeatures);
          return model.runStage(0, await model.load(latest), null);
        },
      };
    }),
  },
  {
    fault: 'features that are held',
    fails: 'frees features that are not run further',
    subject: { ...reference, liveFeatures: () => 1 },
  },
  {
    fault: 'another answer than the uncut network',
    fails: 'answers at the end as the uncut network does, batches of 3',
    subject: { ...reference, wholeLogits: async (batch) => wholeLogits(seededNetwork({ seed: 2 }), batch) },
  },
  {
    fault: 'inputs that do not vary',
    fails: 'leaves live where stored logits say so, in one batch',
    subject: { ...reference, input: { rows: 16, data: takeRows(input.data, 72, new Int32Array(16)) } },
  },
  {
    fault: 'values of any type that are taken',
    fails: 'refuses values of another type',
    subject: faulty((model) => ({
      load: (batch) => {
        const tensor = 'inputs' in batch ? batch.inputs.input : undefined;
        return model.load(
          tensor === undefined ? batch : { rows: batch.rows, data: Float32Array.from(tensor.data as Float32Array) },
        );
      },
    })),
  },
  {
    fault: 'names that are not read',
    fails: 'refuses a batch that lacks an input',
    subject: faulty((model) => ({ load: (batch) => model.load('inputs' in batch ? input : batch) })),
  },
  {
    fault: 'tokens of the longer batch that are left in the next one',
    fails: 'takes batches whose free axes have other lengths, one after the other',
    subject: { ...tokens, wholeLogits: async (batch) => wholeTokenLogits(withFirstTokens(batch, 2)) },
  },
  {
    fault: 'rows of other lengths that are dropped where they should be refused',
    fails: 'refuses to join rows whose free axes have other lengths',
    subject: {
      ...tokens,
      create: async () => {
        const model = tokenModel();
        const join = model.concatRows.bind(model);
        vi.spyOn(model, 'concatRows').mockImplementation((parts) => join(parts.slice(0, 1)));
        return model;
      },
    },
  },
  {
    fault: 'a support that is not there',
    fails: 'supports what the subject says',
    subject: { ...reference, supports: { parallelRuns: false, featureMemory: 'host' } },
  },
];

describe('the kit finds', () => {
  it.each(faults)('$fault', async ({ subject, fails }) => {
    const outcomes = await runConformance(subject);
    const failed = outcomes.filter((outcome) => outcome.status === 'fail').map((outcome) => outcome.name);
    expect(failed).toContain(fails);
  });
});

describe('the report', () => {
  it('tells what passed, what was skipped and why, and what failed', async () => {
    const { wholeLogits: _, ...withoutWhole } = reference;
    const outcomes = [
      await runConformanceCase({ name: 'fine', run: async () => undefined }, reference),
      await runConformanceCase({ name: 'left out', skip: () => 'no device', run: async () => undefined }, reference),
      await runConformanceCase(
        {
          name: 'broken',
          run: async () => {
            throw new Error('wrong row');
          },
        },
        reference,
      ),
    ];
    expect(formatConformance(outcomes)).toBe('pass  fine\nskip  left out (no device)\nFAIL  broken: Error: wrong row');
    const skipped = (await runConformance(withoutWhole)).flatMap((outcome) =>
      outcome.status === 'skip' ? [outcome.reason] : [],
    );
    expect(skipped.filter((reason) => reason.includes('no uncut network'))).toHaveLength(3);
  });
});
