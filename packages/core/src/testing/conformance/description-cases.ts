// What a model says about itself.

import type { StagedModelSupport } from '../../contract/staged-model.ts';
import { namedInput } from '../../input/check-input.ts';
import { check } from './checks.ts';
import type { ConformanceCase } from './conformance-subject.ts';
import { withModel } from './with-model.ts';

export const descriptionCases: readonly ConformanceCase[] = [
  {
    name: 'describes its stages and their costs',
    run: (subject) =>
      withModel(subject, async (model) => {
        const { stages, classes, labels, backboneMacs } = model;
        check(stages.length >= 3, `The kit needs a network with at least 3 stages; this one has ${stages.length}.`);
        check(classes >= 2, `The kit needs at least 2 classes; this network has ${classes}.`);
        check(labels === null || labels.length === classes, `Expected ${classes} labels; received ${labels?.length}.`);
        check(backboneMacs > 0, `Expected MACs of the backbone above 0; received ${backboneMacs}.`);
        for (const stage of stages) {
          const costs = [stage.segmentMacs, stage.headMacs];
          check(
            costs.every((macs) => Number.isFinite(macs) && macs >= 0),
            `Expected costs of 0 or more at stage '${stage.name}'; received ${costs.join(' and ')} MACs.`,
          );
          check(!stage.isFinal || stage.headMacs === 0, `Stage '${stage.name}' is final: its segment counts its head.`);
        }
        const segments = stages
          .filter((stage) => stage.network === stages.at(-1)?.network)
          .reduce((sum, stage) => sum + stage.segmentMacs, 0);
        check(
          Math.abs(segments - backboneMacs) <= 1e-6 * backboneMacs,
          `Expected segments that add up to the backbone's ${backboneMacs} MACs; they add up to ${segments}.`,
        );
        check(stages.at(-1)?.isFinal === true, 'Expected the last stage to be final.');
        check(stages[0]?.usesPreviousLogits === false, 'Expected a first stage without previous logits.');
      }),
  },
  {
    name: 'supports what the subject says',
    run: (subject) =>
      withModel(subject, async ({ supports, inputs, concatRows }) => {
        const canJoin = supports.concatRows === true;
        check(!canJoin || concatRows !== undefined, 'Expected `concatRows`, which `supports` promises.');
        check(
          supports.parallelRuns === subject.supports.parallelRuns &&
            supports.featureMemory === subject.supports.featureMemory &&
            canJoin === (subject.supports.concatRows === true) &&
            inputTypesOf(supports) === inputTypesOf(subject.supports),
          `Expected ${JSON.stringify(subject.supports)}; the model says ${JSON.stringify(supports)}.`,
        );
        const { rows } = namedInput(subject.input, inputs);
        check(rows >= 8, `The kit needs at least 8 input rows; the subject gives ${rows}.`);
        const unsupported = inputs.find(({ type }) => !(supports.inputTypes ?? ['float32']).includes(type));
        check(unsupported === undefined, `Expected \`supports.inputTypes\` to list ${unsupported?.type}.`);
      }),
  },
];

function inputTypesOf({ inputTypes = ['float32'] }: StagedModelSupport): string {
  return [...inputTypes].sort().join();
}
