// The tensor operations of a head as a runtime executes them, with MACs and bytes per row.

import type { RowShape } from '@ztw/core';
import type { OperationCost, OperationKind } from '@ztw/core/evaluation';
import { rowSize } from '@ztw/core/runtime';
import type { HeadSpecification } from '../head.ts';
import { definitionOf } from '../layers/layer-kinds.ts';
import type { LayerWriter, NamedParameter, WrittenValue } from '../layers/layer-writer.ts';
import { parameterName } from './head-parameters.ts';

const bytesPerValue = 4;

/**
 * The costs of a head's tensor operations, in the order in which they run.
 * @throws InvalidModelError if the layers do not fit together.
 */
export function headOperations({
  inputShape,
  layers,
}: Pick<HeadSpecification, 'inputShape' | 'layers'>): readonly OperationCost[] {
  const operations: OperationCost[] = [];
  const writer = costWriter((operation) => operations.push(operation));
  let value: WrittenValue = { shape: inputShape };
  for (const layer of layers) {
    const definition = definitionOf(layer);
    const shapes = definition.parameters?.(layer) ?? {};
    value = definition.write(layer, value, {
      writer,
      outputShape: definition.outputShape(layer, value.shape),
      // Only shapes matter here.
      parameter: (name) => ({
        name: parameterName(layer, name),
        shape: shapes[name]?.shape ?? [],
        data: new Float32Array(0),
      }),
    });
  }
  return operations;
}

/** A writer that counts what it would write. */
function costWriter(add: (operation: OperationCost) => void): LayerWriter<WrittenValue> {
  const operation = (
    kind: OperationKind,
    inputs: readonly WrittenValue[],
    shape: RowShape,
    weights: readonly NamedParameter[] = [],
    macs = 0,
  ): WrittenValue => {
    const values = inputs.reduce((sum, input) => sum + rowSize(input.shape), rowSize(shape));
    const weightValues = weights.reduce((sum, weight) => sum + rowSize(weight.shape), 0);
    add({ kind, macs, weightBytes: bytesPerValue * weightValues, activationBytes: bytesPerValue * values });
    return { shape };
  };
  return {
    previousLogits: (_reader, classes) => ({ shape: [classes] }),
    relu: (value) => operation('move', [value], value.shape),
    gelu: (value) => operation('function', [value], value.shape),
    convolution(value, { weight, bias, outputShape }) {
      const kernel = weight.shape.slice(2);
      const kind = kernel.every((side) => side === 1) ? 'pointwise' : 'convolution';
      return operation(
        kind,
        [value],
        outputShape,
        [weight, bias],
        rowSize(outputShape) * rowSize(weight.shape.slice(1)),
      );
    },
    dense: (value, { weight, bias }) =>
      operation('product', [value], bias.shape, [weight, bias], rowSize(weight.shape)),
    layerNorm: (value, { weight, bias }) => operation('function', [value], value.shape, [weight, bias]),
    adaptivePools(value, outputSize) {
      const [channels = 1, ...sides] = value.shape;
      if (String(sides) === String(outputSize)) return { maximum: value, average: value };
      const pool = () => operation('pool', [value], [channels, ...outputSize]);
      return { maximum: pool(), average: pool() };
    },
    transpose: (value, axes) =>
      operation(
        'move',
        [value],
        axes.map((axis) => value.shape[axis] ?? 1),
      ),
    reshape: (_value, shape) => ({ shape }),
    take: (value) => operation('move', [], value.shape.slice(1)),
    mean: (value) => operation('pool', [value], value.shape.slice(1)),
    concat(first, second) {
      const [length = 0, ...rest] = first.shape;
      return operation('move', [first, second], [length + (second.shape[0] ?? 0), ...rest]);
    },
    multiply: (value) => operation('move', [value], value.shape),
    add: (left, right) => operation('move', [left, right], left.shape),
  };
}
