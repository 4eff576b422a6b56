// Writes layers of heads as ONNX nodes. Each tensor operation uses the nodes that are fastest in runtimes.

import { InvalidModelError } from '@ztw/core';
import type { LayerWriter, NamedParameter, WeightAndBias } from '@ztw/heads';
import { intAttribute, intsAttribute } from '../graph/build.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { lowerAdaptiveAverage, lowerAdaptiveMaximum } from './adaptive-pool.ts';
import { lowerGelu } from './gelu.ts';
import { lowerLayerNorm, lowerMean } from './layer-norm.ts';
import type { Value } from './value.ts';

/**
 * @param previousLogits Name of the previous classifier's logits `[rows, classes]`; null where there is none.
 */
export function graphLayerWriter(builder: GraphBuilder, previousLogits: string | null): LayerWriter<Value> {
  const store = ({ name, shape, data }: NamedParameter): string => {
    requireFinite(name, data);
    return builder.floats(`head/${name}`, shape, data);
  };
  const stored = ({ weight, bias }: WeightAndBias) => ({ weight: store(weight), bias: store(bias) });
  return {
    previousLogits(reader, classes) {
      if (previousLogits === null) {
        throw new InvalidModelError(
          `cascade '${reader}' reads the logits of the previous classifier, but there is none`,
          { path: reader },
        );
      }
      return { name: previousLogits, shape: [classes] };
    },
    relu: ({ name, shape }) => ({ name: builder.apply('Relu', [name]), shape }),
    gelu: ({ name, shape }) => ({ name: lowerGelu(builder, name), shape }),
    convolution({ name }, { stride, padding, outputShape, ...values }) {
      const { weight, bias } = stored(values);
      const [, , ...kernelShape] = values.weight.shape;
      const attributes = [
        intsAttribute('kernel_shape', kernelShape),
        intsAttribute('strides', [stride, stride]),
        intsAttribute('pads', [padding, padding, padding, padding]),
      ];
      return { name: builder.apply('Conv', [name, weight, bias], attributes), shape: outputShape };
    },
    dense({ name }, values) {
      const { weight, bias } = stored(values);
      const output = builder.apply('Gemm', [name, weight, bias], [intAttribute('transB', 1)]);
      return { name: output, shape: values.bias.shape };
    },
    layerNorm(value, { epsilon, ...values }) {
      const layerName = values.weight.name.replace(/\.weight$/, '');
      return lowerLayerNorm(builder, value, { ...stored(values), epsilon, hint: `head/${layerName}` });
    },
    adaptivePools: (value, outputSize) => ({
      maximum: lowerAdaptiveMaximum(builder, value, outputSize),
      average: lowerAdaptiveAverage(builder, value, outputSize),
    }),
    transpose({ name, shape }, axes) {
      const permutation = [0, ...axes.map((axis) => axis + 1)];
      const output = builder.apply('Transpose', [name], [intsAttribute('perm', permutation)]);
      return { name: output, shape: axes.map((axis) => shape[axis] ?? 0) };
    },
    reshape(value, shape) {
      if (shape.length === 1 && value.shape.length === 1) return value;
      if (shape.length === 1) return { name: builder.apply('Flatten', [value.name], [intAttribute('axis', 1)]), shape };
      const target = builder.integers('head/shape', [shape.length + 1], [-1, ...shape]);
      return { name: builder.apply('Reshape', [value.name, target]), shape };
    },
    take({ name, shape }, index) {
      const token = builder.integers('head/token', [], [index]);
      return { name: builder.apply('Gather', [name, token], [intAttribute('axis', 1)]), shape: shape.slice(1) };
    },
    mean: ({ name, shape }) => ({ name: lowerMean(builder, name, 1, false), shape: shape.slice(1) }),
    concat(first, second) {
      const [length = 0, ...rest] = first.shape;
      return {
        name: builder.apply('Concat', [first.name, second.name], [intAttribute('axis', 1)]),
        shape: [length + (second.shape[0] ?? 0), ...rest],
      };
    },
    multiply: ({ name, shape }, factor) => ({ name: builder.apply('Mul', [name, store(factor)]), shape }),
    add: (left, right) => ({ name: builder.apply('Add', [left.name, right.name]), shape: left.shape }),
  };
}

function requireFinite(name: string, data: Float32Array): void {
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new InvalidModelError(`parameter '${name}' of a head holds ${data[wrong]} at element ${wrong}`, {
      expected: 'finite values',
      received: data[wrong],
      path: name,
    });
  }
}
