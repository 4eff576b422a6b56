import { type EnsembleSpecification, InvalidModelError } from '@ztw/core';

/**
 * Checks that a specification is valid: exit `m` has `m + 1` finite weights and one finite bias per class.
 * @throws InvalidModelError that names the invalid exit.
 */
export function validateEnsemble(specification: EnsembleSpecification): void {
  const { specificationVersion, kind, classes, exits } = specification;
  if (specificationVersion !== 'v1') {
    throw new InvalidModelError(
      `Expected an ensemble of specification version v1; received ${String(specificationVersion)}.`,
      { expected: 'v1', received: specificationVersion, path: 'specificationVersion' },
    );
  }
  if (kind !== 'geometric' && kind !== 'arithmetic') {
    throw new InvalidModelError(`Expected a geometric or arithmetic ensemble; received "${String(kind)}".`, {
      expected: ['geometric', 'arithmetic'],
      received: kind,
      path: 'kind',
    });
  }
  if (!Number.isSafeInteger(classes) || classes < 1) {
    throw new InvalidModelError(`Expected a positive number of classes of an ensemble; received ${classes}.`, {
      expected: 'a positive integer',
      received: classes,
      path: 'classes',
    });
  }
  exits.forEach((exit, exitIndex) => {
    if (exit === null) return;
    requireNumbers(exit.weights, exitIndex + 1, `weights of exit ${exitIndex}`);
    requireNumbers(exit.bias, classes, `bias of exit ${exitIndex}`);
  });
}

function requireNumbers(values: readonly number[], count: number, owner: string): void {
  if (values.length !== count || !values.every(Number.isFinite)) {
    throw new InvalidModelError(
      `Expected ${count} finite numbers as the ${owner} of an ensemble; received ${JSON.stringify(values)}.`,
      { expected: count, received: values.length, path: owner },
    );
  }
}
