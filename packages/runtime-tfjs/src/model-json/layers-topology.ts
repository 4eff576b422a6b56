// Checks the layers of a LayersModel and their connections. TensorFlow.js loops forever if a layer is missing.

import * as v from 'valibot';
import { camelCase, camelCaseKeys } from './camel-case.ts';
import { checkLayerCalls, type Layer } from './layer-calls.ts';
import { checkLayerSizes } from './layer-sizes.ts';
import { maximumLayers, maximumNesting } from './model-json-bounds.ts';
import { refuse } from './refuse.ts';

const text = v.pipe(v.string(), v.nonEmpty());
const index = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const config = v.record(v.string(), v.unknown());
const end = v.looseTuple([text, index, index]);

const anyLayer = v.looseObject({ className: text, config: v.union([config, v.array(v.unknown())]) });
const functionalLayer = v.looseObject({
  name: text,
  className: text,
  config,
  inboundNodes: v.array(v.array(v.looseTuple([text, index, index]))),
});
const functional = v.looseObject({
  layers: v.pipe(v.array(functionalLayer), v.minLength(1), v.maxLength(maximumLayers)),
  inputLayers: v.pipe(v.array(end), v.minLength(1)),
  outputLayers: v.pipe(v.array(end), v.minLength(1)),
});
const sequentialLayers = v.pipe(v.array(anyLayer), v.minLength(1), v.maxLength(maximumLayers));

/**
 * @param weightLengths Lengths of the axes of all stored weights.
 * @throws InvalidModelError with the place inside the JSON.
 */
export function checkLayersTopology(
  json: Readonly<Record<string, unknown>>,
  path: string,
  weightLengths: ReadonlySet<number>,
): void {
  // TensorFlow.js reads this key only in this form. It reads all other keys in both forms.
  const wrapped = json.model_config ?? null;
  const place = wrapped === null ? path : `${path}.model_config`;
  checkModel(camelCaseKeys(wrapped ?? json, place), place, weightLengths, 0);
}

/** @returns the number of its outputs. */
function checkModel(json: unknown, path: string, weightLengths: ReadonlySet<number>, nesting: number): number {
  if (nesting > maximumNesting) refuse(path, `at most ${maximumNesting} models inside each other`, 'more');
  const model = parse(anyLayer, json, path);
  const kind = containerKind(model.className);
  switch (kind) {
    case 'sequential': {
      const list = Array.isArray(model.config) ? model.config : model.config.layers;
      for (const [position, layer] of parse(sequentialLayers, list, `${path}.config.layers`).entries()) {
        checkLayer(layer, `${path}.config.layers.${position}`, weightLengths, nesting);
      }
      return 1;
    }
    case 'functional': {
      const { layers, inputLayers, outputLayers } = parse(functional, model.config, `${path}.config`);
      const known = layers.map((layer, position): Layer => {
        const outputs = checkLayer(layer, `${path}.config.layers.${position}`, weightLengths, nesting);
        const { name, className, inboundNodes } = layer;
        if (layer.config.name !== undefined && layer.config.name !== name) {
          refuse(`${path}.config.layers.${position}.config.name`, `the layer's name "${name}"`, layer.config.name);
        }
        const startsMade = camelCase(className) === 'InputLayer' || containerKind(className) !== null;
        return { name, inboundNodes, outputs, callsBefore: startsMade ? 1 : 0 };
      });
      checkLayerCalls({ layers: known, inputLayers, outputLayers }, `${path}.config`);
      return outputLayers.length;
    }
    case null:
      return refuse(`${path}.class_name`, 'Sequential, Model or Functional', model.className);
  }
}

/** @returns the number of its outputs. */
function checkLayer(
  { className, config }: v.InferOutput<typeof anyLayer>,
  path: string,
  weightLengths: ReadonlySet<number>,
  nesting: number,
): number {
  if (containerKind(className) !== null) return checkModel({ className, config }, path, weightLengths, nesting + 1);
  if (Array.isArray(config)) return refuse(`${path}.config`, 'an object', config);
  checkLayerSizes(config, `${path}.config`, weightLengths);
  // A wrapper around another layer, such as Bidirectional or TimeDistributed.
  if (config.layer !== undefined) {
    if (nesting > maximumNesting) refuse(path, `at most ${maximumNesting} layers inside each other`, 'more');
    checkLayer(
      parse(anyLayer, config.layer, `${path}.config.layer`),
      `${path}.config.layer`,
      weightLengths,
      nesting + 1,
    );
  }
  return /RNN|LSTM|GRU|Bidirectional/.test(className) ? recurrentOutputs : 1;
}

/** Recurrent layers may return their states beside their output. */
const recurrentOutputs = 8;

function containerKind(className: string): 'functional' | 'sequential' | null {
  const name = camelCase(className);
  if (name === 'Sequential') return 'sequential';
  return name === 'Model' || name === 'Functional' ? 'functional' : null;
}

function parse<Schema extends v.GenericSchema>(schema: Schema, json: unknown, path: string): v.InferOutput<Schema> {
  const result = v.safeParse(schema, json, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = v.getDotPath(issue as v.BaseIssue<unknown>);
  return refuse(place === null ? path : `${path}.${place}`, `${issue.expected ?? issue.message}`, issue.input);
}
