// Matrix products: a dense layer where the right matrix is constant, else a product of two tensors.

import { fixedSize, fixedValue, type Size, sameSize, type TensorValue } from '@ztw/program';
import { floatAttributeOf, intAttributeOf } from '../../model/attributes.ts';
import { floats, reorderRows, transposeFloats } from '../float-array.ts';
import type { FloatsValue } from '../graph-value.ts';
import type { NodeReader, OperatorTable, OperatorTranslation } from '../node-reader.ts';
import { broadcastSizes } from './broadcast.ts';

const translateMatMul: OperatorTranslation = (node) => {
  const { writer, hint } = node;
  const [first, second] = [node.input(0), node.input(1)];
  if (first.kind === 'tensor' && second.kind === 'floats' && second.shape.length === 2) {
    return addDense(node, first, second, null);
  }
  const left = writer.natural(node.stored(0));
  const right = writer.natural(node.stored(1));
  if (left.shape.length < 2 || right.shape.length < 2) node.refuse('products with a vector are not supported');
  const batch =
    broadcastSizes(left.shape.slice(0, -2), right.shape.slice(0, -2)) ??
    node.refuse('the shapes of its inputs do not fit');
  if (!sameSize(left.shape.at(-1) as Size, right.shape.at(-2) as Size))
    node.refuse('the shapes of its inputs do not fit');
  const shape = [...batch, left.shape.at(-2) as Size, right.shape.at(-1) as Size];
  return writer.addValue({ operator: 'matmul', left: left.name, right: right.name }, hint, shape);
};

const translateGemm: OperatorTranslation = (node) => {
  const { proto } = node;
  const input = node.tensor(0);
  if (intAttributeOf(proto, 'transA', 0) === 1) node.refuse('a transposed first input is not supported');
  const given = node.floats(1) ?? node.refuse('it has no weights');
  const weight = intAttributeOf(proto, 'transB', 0) === 1 ? transposeFloats(given, [1, 0]) : given;
  const added = node.floats(2);
  const outFeatures = weight.shape[1] ?? 0;
  const beta = floatAttributeOf(proto, 'beta', 1);
  if (added !== null && added.data.length !== outFeatures && added.data.length !== 1) {
    node.refuse('its bias must have one value per output');
  }
  const bias =
    added &&
    Float32Array.from(
      { length: outFeatures },
      (_unused, index) => beta * (added.data[index] ?? (added.data[0] as number)),
    );
  return addDense(node, input, scaled(weight, floatAttributeOf(proto, 'alpha', 1)), bias);
};

function scaled(values: FloatsValue, factor: number): FloatsValue {
  return factor === 1
    ? values
    : floats(
        values.shape,
        values.data.map((value) => factor * value),
      );
}

/** @param weight `[in, out]`, with rows in the order of the graph. */
function addDense(node: NodeReader, input: TensorValue, weight: FloatsValue, bias: Float32Array | null): TensorValue {
  const { writer, store, hint } = node;
  const [inFeatures = 0, outFeatures = 0] = weight.shape;
  if (fixedValue(input.shape.at(-1) ?? fixedSize(0)) !== inFeatures) node.refuse('the shapes of its inputs do not fit');
  // Reordered columns cost nothing: the rows of the weights are reordered to match.
  const source = input.columns === null ? writer.natural(input) : input;
  const rows = input.columns === null ? weight : reorderRows(weight, input.columns);
  const step = {
    operator: 'dense' as const,
    input: source.name,
    weight: store(`${hint}/weight`, rows),
    bias: bias === null ? null : store(`${hint}/bias`, floats([outFeatures], bias)),
    activation: null,
  };
  return writer.addValue(step, hint, [...input.shape.slice(0, -1), fixedSize(outFeatures)]);
}

export const productOperators: OperatorTable = { MatMul: translateMatMul, Gemm: translateGemm };
