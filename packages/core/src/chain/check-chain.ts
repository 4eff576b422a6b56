import type { InputSpecification } from '../contract/input.ts';
import type { StagedModel } from '../contract/staged-model.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { formatInputs } from '../input/input-types.ts';

/**
 * Checks that all networks take the same input and predict the same classes.
 * @returns the networks, at least one.
 * @throws InvalidInputError naming the network that does not fit, and what differs.
 */
export function checkChain(models: readonly StagedModel[]): readonly [StagedModel, ...StagedModel[]] {
  const [first, ...others] = models;
  if (first === undefined)
    throw new InvalidInputError('Expected at least one network in a chain; received none. Pass one or more.', {
      expected: 'at least one network',
      received: 0,
    });
  if (first.stages[0]?.usesPreviousLogits) {
    throw new InvalidInputError(
      `Expected a first network whose first stage reads no previous logits; that of '${first.name}' does. ` +
        'Its first head was trained behind another network: put that network before it.',
      { path: first.name },
    );
  }
  for (const model of [first, ...others]) {
    requireSame('number of classes', first, model, String(first.classes), String(model.classes));
    requireSame('input', first, model, formatForChain(first.inputs), formatForChain(model.inputs));
    if (model.stages.length === 0) {
      throw new InvalidInputError(`Expected at least one stage in network '${model.name}'; received none.`, {
        expected: 'at least one stage',
        received: 0,
        path: model.name,
      });
    }
  }
  const labelled = models.filter((model) => model.labels !== null);
  for (const model of labelled.slice(1)) {
    const [reference] = labelled as [StagedModel];
    requireSame('labels', reference, model, JSON.stringify(reference.labels), JSON.stringify(model.labels));
  }
  return [first, ...others];
}

/** The name of a single input does not matter: there is no other input to confuse it with. */
function formatForChain(inputs: readonly InputSpecification[]): string {
  return formatInputs(inputs.length === 1 ? inputs.map((input) => ({ ...input, name: 'input' })) : inputs);
}

function requireSame(what: string, first: StagedModel, other: StagedModel, expected: string, received: string): void {
  if (expected === received) return;
  throw new InvalidInputError(
    `Expected the same ${what} in every network of a chain: '${first.name}' has ${expected}, ` +
      `'${other.name}' has ${received}. Chain networks that were trained for the same classes and input.`,
    { expected, received, path: other.name },
  );
}
