import { floatAttribute, intAttribute, intsAttribute } from '../graph/build.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { type Lowering, storeParameter, type Value } from './lowering.ts';

/** First opset with the operator LayerNormalization. */
const layerNormalizationOpset = 17;
/** First opset in which ReduceMean takes its axes as an input. */
const axesAsInputOpset = 18;

/**
 * `(x - mean) / sqrt(variance + epsilon) * weight + bias` over the last axis, with the biased variance.
 * @param layer Name and epsilon; its parameters have one value per element of the last axis.
 */
export function lowerLayerNorm(
  lowering: Lowering,
  layer: { readonly name: string; readonly epsilon: number },
  value: Value,
): Value {
  const { builder } = lowering;
  const size = value.shape.at(-1) ?? 0;
  const axis = value.shape.length;
  const weight = storeParameter(lowering, `${layer.name}.weight`, [size]);
  const bias = storeParameter(lowering, `${layer.name}.bias`, [size]);
  if (builder.opset >= layerNormalizationOpset) {
    const attributes = [intAttribute('axis', axis), floatAttribute('epsilon', layer.epsilon)];
    return { name: builder.apply('LayerNormalization', [value.name, weight, bias], attributes), shape: value.shape };
  }
  const centred = builder.apply('Sub', [value.name, lowerMean(builder, value.name, axis, true)]);
  // Pow, not Mul: ONNX Runtime knows this pattern and runs it as one kernel.
  const two = builder.floats(`head/${layer.name}.two`, [], Float32Array.of(2));
  const variance = lowerMean(builder, builder.apply('Pow', [centred, two]), axis, true);
  const epsilon = builder.floats(`head/${layer.name}.epsilon`, [1], Float32Array.of(layer.epsilon));
  const deviation = builder.apply('Sqrt', [builder.apply('Add', [variance, epsilon])]);
  const scaled = builder.apply('Mul', [builder.apply('Div', [centred, deviation]), weight]);
  return { name: builder.apply('Add', [scaled, bias]), shape: value.shape };
}

/** Mean over one axis, counted with the batch axis. */
export function lowerMean(builder: GraphBuilder, name: string, axis: number, keepAxis: boolean): string {
  const keep = intAttribute('keepdims', keepAxis ? 1 : 0);
  if (builder.opset < axesAsInputOpset)
    return builder.apply('ReduceMean', [name], [intsAttribute('axes', [axis]), keep]);
  return builder.apply('ReduceMean', [name, builder.integers('head/axes', [1], [axis])], [keep]);
}
