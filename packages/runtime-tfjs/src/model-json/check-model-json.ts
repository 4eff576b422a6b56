// Checks the model.json of a network before TensorFlow.js loads it. The loader trusts the file: a layer that reads an
// unknown layer makes it loop forever, and it allocates memory for a size before it compares that size with the
// weights.

import { checkGraphTopology } from './graph-topology.ts';
import { checkLayersTopology } from './layers-topology.ts';
import { refuse } from './refuse.ts';
import { checkWeightsManifest } from './weights-manifest.ts';

export type ModelJsonKind = 'layers-model' | 'graph-model';

export interface CheckedModelJson {
  readonly kind: ModelJsonKind;
  /** Number of bytes that all weight files must hold together. */
  readonly weightBytes: number;
}

/**
 * Checks a file of a LayersModel or GraphModel: its fields, the graph of its layers or nodes, their sizes, and the list
 * of its weights. Call it before `loadLayersModel` or `loadGraphModel` for files from unknown sources.
 * @param json The result of `JSON.parse` for model.json.
 * @throws InvalidModelError with the place inside the JSON, the expected value and the received one.
 */
export function checkModelJson(json: unknown): CheckedModelJson {
  const file = objectOf(json) ?? refuse('the whole', 'an object, as in the model.json of TensorFlow.js', json);
  const topology = objectOf(file.modelTopology);
  if (topology === null || !Array.isArray(file.weightsManifest)) {
    return refuse(
      topology === null ? 'modelTopology' : 'weightsManifest',
      'the model.json of a TensorFlow.js network, with modelTopology and weightsManifest; model.save and tensorflowjs_converter write it',
      topology === null ? file.modelTopology : file.weightsManifest,
    );
  }
  const kind = kindOf(file.format, topology);
  const { shapes, bytes } = checkWeightsManifest(file.weightsManifest, 'weightsManifest');
  switch (kind) {
    case 'layers-model':
      checkLayersTopology(topology, 'modelTopology', new Set([...shapes.values()].flat()));
      break;
    case 'graph-model':
      checkGraphTopology(topology, 'modelTopology', shapes);
      break;
  }
  return { kind, weightBytes: bytes };
}

/** Files of early versions have no `format`, but only a GraphModel has a list of nodes. */
function kindOf(format: unknown, topology: Readonly<Record<string, unknown>>): ModelJsonKind {
  if (format === 'layers-model') return 'layers-model';
  if (format === 'graph-model' || Array.isArray(topology.node)) return 'graph-model';
  if (format === undefined || format === null) return 'layers-model';
  return refuse('format', 'layers-model or graph-model, as of TensorFlow.js', format);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}
