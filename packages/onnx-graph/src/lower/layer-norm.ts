import { floatAttribute, intAttribute, intsAttribute } from '../graph/build.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Value } from './value.ts';

/** First opset with the operator LayerNormalization. */
const layerNormalizationOpset = 17;
/** First opset in which ReduceMean takes its axes as an input. */
const axesAsInputOpset = 18;

export interface LoweredNorm {
  /** Names of tensors with one value per element of the last axis. */
  readonly weight: string;
  readonly bias: string;
  readonly epsilon: number;
  /** Prefix of the names of its constants. */
  readonly hint: string;
}

/** `(x - mean) / sqrt(variance + epsilon) * weight + bias` over the last axis, with the biased variance. */
export function lowerLayerNorm(builder: GraphBuilder, value: Value, norm: LoweredNorm): Value {
  const { weight, bias, hint } = norm;
  const axis = value.shape.length;
  if (builder.opset >= layerNormalizationOpset) {
    const attributes = [intAttribute('axis', axis), floatAttribute('epsilon', norm.epsilon)];
    return { name: builder.apply('LayerNormalization', [value.name, weight, bias], attributes), shape: value.shape };
  }
  const centred = builder.apply('Sub', [value.name, lowerMean(builder, value.name, axis, true)]);
  // Pow, not Mul: ONNX Runtime recognises this pattern and fuses it into one kernel.
  const two = builder.floats(`${hint}.two`, [], Float32Array.of(2));
  const variance = lowerMean(builder, builder.apply('Pow', [centred, two]), axis, true);
  const epsilon = builder.floats(`${hint}.epsilon`, [1], Float32Array.of(norm.epsilon));
  const deviation = builder.apply('Sqrt', [builder.apply('Add', [variance, epsilon])]);
  const scaled = builder.apply('Mul', [builder.apply('Div', [centred, deviation]), weight]);
  return { name: builder.apply('Add', [scaled, bias]), shape: value.shape };
}

/** Mean over one axis. @param axis Index that counts the batch axis. */
export function lowerMean(builder: GraphBuilder, name: string, axis: number, keepAxis: boolean): string {
  const keep = intAttribute('keepdims', keepAxis ? 1 : 0);
  if (builder.opset < axesAsInputOpset)
    return builder.apply('ReduceMean', [name], [intsAttribute('axes', [axis]), keep]);
  return builder.apply('ReduceMean', [name, builder.integers('head/axes', [1], [axis])], [keep]);
}
