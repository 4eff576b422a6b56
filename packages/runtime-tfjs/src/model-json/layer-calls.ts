// Checks the calls of layers: all names exist, all indices are in range, and there is an order in which the calls can
// be made. The calls are made here in the order of TensorFlow.js, without tensors.

import { refuse } from './refuse.ts';

/** The name of a layer, the number of its call, and the number of the tensor that this call returns. */
type Reference = readonly [string, number, number, ...unknown[]];

export interface Layer {
  readonly name: string;
  /** One list of inputs per call. */
  readonly inboundNodes: readonly (readonly Reference[])[];
  /** Largest number of tensors that a call returns. */
  readonly outputs: number;
  /** Number of calls before the listed ones: 1 for an input layer and for a nested model. */
  readonly callsBefore: 0 | 1;
}

export interface LayerGraph {
  readonly layers: readonly Layer[];
  readonly inputLayers: readonly Reference[];
  readonly outputLayers: readonly Reference[];
}

export function checkLayerCalls({ layers, inputLayers, outputLayers }: LayerGraph, path: string): void {
  const byName = new Map<string, Layer>();
  for (const [position, layer] of layers.entries()) {
    const { name } = layer;
    if (byName.has(name) || name in Object.prototype) {
      refuse(`${path}.layers.${position}.name`, 'a name that no other layer has', name);
    }
    byName.set(name, layer);
  }
  const check = ([name, call, tensor]: Reference, place: string): void => {
    const layer = byName.get(name) ?? refuse(place, 'the name of a layer', name);
    const calls = layer.callsBefore + layer.inboundNodes.length;
    if (call >= calls) refuse(place, `a call of "${name}" below ${calls}`, call);
    if (tensor >= layer.outputs) refuse(place, `an output of "${name}" below ${layer.outputs}`, tensor);
  };
  for (const [position, { inboundNodes }] of layers.entries()) {
    for (const [call, inputs] of inboundNodes.entries()) {
      const place = `${path}.layers.${position}.inbound_nodes.${call}`;
      if (inputs.length === 0) refuse(place, 'one input or more', inputs);
      for (const [index, input] of inputs.entries()) check(input, `${place}.${index}`);
    }
  }
  for (const [index, input] of inputLayers.entries()) check(input, `${path}.input_layers.${index}`);
  for (const [index, output] of outputLayers.entries()) check(output, `${path}.output_layers.${index}`);
  makeCalls(layers, path);
}

function makeCalls(layers: readonly Layer[], path: string): void {
  const made = new Map(layers.map(({ name, callsBefore }) => [name, callsBefore as number]));
  let waiting = layers.flatMap(({ name, inboundNodes }, position) =>
    inboundNodes.map((inputs) => ({ name, inputs, position })),
  );
  while (waiting.length > 0) {
    const later = waiting.filter(({ name, inputs }) => {
      if (inputs.some(([source, call]) => (made.get(source) ?? 0) <= call)) return true;
      made.set(name, (made.get(name) ?? 0) + 1);
      return false;
    });
    if (later.length === waiting.length) {
      const [{ name, position } = { name: '', position: 0 }] = later;
      refuse(`${path}.layers.${position}.inbound_nodes`, 'layers without a circle', name);
    }
    waiting = later;
  }
}
