import { type EnsembleSpecification, InvalidInputError } from '@ztw/core';
import { intAttribute } from '../graph/build.ts';
import { createGraphBuilder } from '../graph/graph-builder.ts';
import { lowerEnsembleExit, lowerMember } from '../lower/lower-ensemble.ts';
import { portInfo } from './port-names.ts';

export interface EmitEnsembleOptions {
  /** Version of the default operator set. */
  readonly opset: number;
}

const outputName = 'log_probabilities';

/**
 * Writes the ensemble at the last exit as an ONNX file. Inputs: `logits_0`, `logits_1`, ... `[rows, classes]`.
 * Output: `log_probabilities` `[rows, classes]`, normalised per row.
 * @throws InvalidInputError for an ensemble without exits, or with weights that do not fit its exits or classes.
 */
export function emitEnsemble(specification: EnsembleSpecification, { opset }: EmitEnsembleOptions): Uint8Array {
  const { kind, exits, classes } = specification;
  if (exits.length === 0)
    throw new InvalidInputError('expected an ensemble with at least one exit; received none', {
      expected: 'at least 1',
      received: 0,
      path: 'exits',
    });
  const inputs = exits.map((_exit, index) => `logits_${index}`);
  const builder = createGraphBuilder(opset, [...inputs, outputName]);
  const members = builder.apply(
    'Concat',
    inputs.map((input) => lowerMember(builder, kind, input)),
    [intAttribute('axis', 1)],
  );
  const logits = inputs.at(-1) ?? '';
  lowerEnsembleExit(builder, specification, exits.length - 1, { logits, members }, outputName, 'log-probabilities');
  const port = (name: string) => portInfo({ name, rowShape: [classes] }, 'dynamic');
  return builder.finish({ name: 'ensemble', inputs: inputs.map(port), outputs: [port(outputName)] });
}
