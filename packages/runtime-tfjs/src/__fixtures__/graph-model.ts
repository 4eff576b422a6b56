// GraphModels of a few nodes, in the form that the converter writes.

import { type GraphModel, loadGraphModelSync } from '@tensorflow/tfjs-converter';
import type { io } from '@tensorflow/tfjs-core';

export interface FixtureNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

export interface FixtureConstant {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  /** Default `float32`. */
  readonly dtype?: 'float32' | 'int32';
}

/** Attributes in the form of the file. */
export const attribute = {
  text: (value: string): object => ({ s: btoa(value) }),
  texts: (...values: readonly string[]): object => ({ list: { s: values.map((value) => btoa(value)) } }),
  integers: (...values: readonly number[]): object => ({ list: { i: values.map(String) } }),
  number: (f: number): object => ({ f }),
  flag: (b: boolean): object => ({ b }),
};

/**
 * @param rowShape Row shape of the input `image`, channels last.
 * @param constants Constants that no node reads are left out, because they would be outputs.
 */
export function graphModel(
  rowShape: readonly number[],
  constants: Readonly<Record<string, FixtureConstant>>,
  nodes: readonly FixtureNode[],
): GraphModel<io.IOHandlerSync> {
  const read = new Set(nodes.flatMap(({ input }) => input));
  const entries = Object.entries(constants).filter(([name]) => read.has(name));
  const types = { float32: 'DT_FLOAT', int32: 'DT_INT32' };
  const data = entries.flatMap(([, { values, dtype = 'float32' }]) => [
    ...new Uint8Array((dtype === 'int32' ? Int32Array : Float32Array).from(values).buffer),
  ]);
  const dim = [-1, ...rowShape].map((length) => ({ size: String(length) }));
  const image = { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim } } };
  const artifacts: io.ModelArtifacts = {
    format: 'graph-model',
    modelTopology: {
      node: [
        { name: 'image', op: 'Placeholder', input: [], attr: image },
        ...entries.map(([name, { dtype = 'float32' }]) => ({
          name,
          op: 'Const',
          input: [],
          attr: { dtype: { type: types[dtype] } },
        })),
        ...nodes.map(({ attr = {}, ...node }) => ({ ...node, attr: { T: { type: 'DT_FLOAT' }, ...attr } })),
      ],
      versions: {},
    },
    weightSpecs: entries.map(([name, { shape, dtype = 'float32' }]) => ({ name, shape: [...shape], dtype })),
    weightData: Uint8Array.from(data).buffer,
  };
  return loadGraphModelSync(artifacts);
}
