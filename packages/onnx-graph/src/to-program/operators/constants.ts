// Operators that hold constants or fill a shape with a constant.

import { fixedSize, fixedSizes } from '@ztw/program';
import { floats } from '../float-array.ts';
import type { OperatorTable, OperatorTranslation } from '../node-reader.ts';

const translateConstant: OperatorTranslation = (node) => {
  const [attribute] = node.proto.attribute;
  switch (attribute?.name) {
    case 'value':
      return attribute.t === undefined ? node.refuse('it has no value') : node.constant(attribute.t);
    case 'value_float':
      return floats([], Float32Array.of(attribute.f));
    case 'value_floats':
      return floats([attribute.floats.length], Float32Array.from(attribute.floats));
    case 'value_int':
      return { kind: 'integers', shape: [], values: [fixedSize(Number(attribute.i))] };
    case 'value_ints':
      return {
        kind: 'integers',
        shape: [attribute.ints.length],
        values: attribute.ints.map((each) => fixedSize(Number(each))),
      };
    default:
      return node.refuse(`constants by '${attribute?.name}' are not supported`);
  }
};

const translateConstantOfShape: OperatorTranslation = (node) => {
  const shape = node.integers(0) ?? node.refuse('its shape must be known');
  const tensor = node.proto.attribute.find(({ name }) => name === 'value')?.t;
  const length = shape.reduce((product, size) => product * size, 1);
  const filled = tensor === undefined ? floats([1], Float32Array.of(0)) : node.constant(tensor);
  if (filled.kind === 'integers') {
    return {
      kind: 'integers',
      shape,
      values: fixedSizes(new Array<number>(length).fill(filled.values[0]?.fixed ?? 0)),
    };
  }
  return floats(shape, new Float32Array(length).fill(filled.data[0] ?? 0));
};

export const constantOperators: OperatorTable = {
  Constant: translateConstant,
  ConstantOfShape: translateConstantOfShape,
};
