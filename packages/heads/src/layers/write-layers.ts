import type { HeadParameters } from '../head.ts';
import { parametersOf } from '../shapes/head-parameters.ts';
import { definitionOf, type HeadLayer } from './layer-kinds.ts';
import type { LayerWriter, WrittenValue } from './layer-writer.ts';

/**
 * Writes layers in order as tensor operations.
 * @param value The layers' input.
 * @returns the output of the last layer; `value` itself for no layers.
 * @throws InvalidModelError if layers, shapes and parameters do not fit together.
 */
export function writeLayers<Value extends WrittenValue>(
  writer: LayerWriter<Value>,
  layers: readonly HeadLayer[],
  parameters: HeadParameters,
  value: Value,
): Value {
  return layers.reduce((current, layer) => {
    const definition = definitionOf(layer);
    const outputShape = definition.outputShape(layer, current.shape);
    return definition.write(layer, current, { writer, outputShape, parameter: parametersOf(layer, parameters) });
  }, value);
}
