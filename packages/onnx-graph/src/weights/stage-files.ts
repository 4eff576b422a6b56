// Writes the files of a network's stages: values into the store, graphs and programs with references to them.

import { create } from '@bufbuild/protobuf';
import { type BundleStage, headPrefix } from '@ztw/bundle';
import { firstNotFinite } from '@ztw/core/runtime';
import type { Head } from '@ztw/heads';
import { encodeTensorProgram, type ProgramWeight } from '@ztw/program';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
} from 'onnx-buf';
import type { OnnxModel } from '../model/onnx-model.ts';
import { floatingValues, tensorDims } from '../model/tensor.ts';
import { writeModel } from '../model/write-model.ts';
import type { TranslatedGraph } from '../to-program/graph-to-program.ts';
import { createWeightStore, type StoredPlace, type StoredValues, type WeightStore } from './weight-store.ts';

/** One stage before its files are written. */
export interface StageContent {
  /** Null where no ONNX file is written. */
  readonly model: OnnxModel | null;
  /** Null where no program is written. */
  readonly program: TranslatedGraph | null;
  readonly head: Head | null;
}

/** The paths of a stage's files in its description. */
export type StagePaths = Pick<BundleStage, 'weights' | 'model' | 'program'>;

export interface StageFilesWriter {
  /** Takes the values of the next stage. */
  add(content: StageContent): void;
  /** Writes all files. */
  finish(): { readonly files: ReadonlyMap<string, Uint8Array>; readonly stages: readonly StagePaths[] };
}

/** Smaller tensors stay in the ONNX file: runtimes read shapes and scales from them. As in the `onnx` package. */
const leastExternalBytes = 1024;

/** A stage whose values are in the store, and where its forms find them. */
interface StoredStage {
  readonly head: ReadonlyMap<string, StoredValues>;
  readonly model: OnnxModel | null;
  /** By the name of the initialiser. */
  readonly initialisers: ReadonlyMap<string, StoredValues>;
  readonly program: TranslatedGraph['program'] | null;
  readonly weights: readonly { readonly weight: Omit<ProgramWeight, 'tensor'>; readonly values: StoredValues }[];
}

/** @param pathPrefix Folder of the files, with a trailing slash. */
export function stageFilesWriter(pathPrefix: string): StageFilesWriter {
  const store = createWeightStore();
  const stored: StoredStage[] = [];
  const stemOf = (stage: number): string => `${pathPrefix}stage-${String(stage).padStart(2, '0')}`;
  return {
    add(content) {
      stored.push(storeStage(store, stored.length, content));
    },
    finish() {
      const {
        files: weightFiles,
        pathsOf,
        placeOf,
      } = store.finish({
        stages: stored.length,
        pathOf: (stage) => `${stemOf(stage)}.safetensors`,
        sharedPath: `${pathPrefix}shared.safetensors`,
        metadataOf: (stage, nameOf) => sharedHeadValues(stored[stage]?.head ?? new Map(), nameOf),
      });
      const files = new Map<string, Uint8Array>();
      const stages = stored.map(({ model, initialisers, program, weights }, index): StagePaths => {
        const [modelPath, steps] = [`${stemOf(index)}.onnx`, `${stemOf(index)}.json`];
        if (model !== null) files.set(modelPath, withExternalData(model, initialisers, placeOf, pathPrefix));
        if (program !== null) {
          const listed = weights.map(({ weight, values }) => ({ ...weight, tensor: placeOf(values).name }));
          files.set(steps, encodeTensorProgram({ ...program, weights: listed }));
        }
        const paths = pathsOf(index);
        return {
          ...(paths.length > 0 ? { weights: paths } : {}),
          ...(model === null ? {} : { model: modelPath }),
          ...(program === null ? {} : { program: { steps } }),
        };
      });
      return { files: new Map([...files, ...weightFiles].sort(([left], [right]) => (left < right ? -1 : 1))), stages };
    },
  };
}

/** Stores the values of a stage. Heads come first, because their names are part of the format. */
function storeStage(store: WeightStore, stage: number, { model, program, head }: StageContent): StoredStage {
  const ofHead = new Map<string, StoredValues>();
  for (const [name, values] of Object.entries(head?.parameters ?? {})) {
    const hint = headPrefix + name;
    // Two values of one head have two names, even if they are equal.
    ofHead.set(
      hint,
      store.add(stage, hint, values, ({ stages }) => !stages.has(stage)),
    );
  }
  return {
    head: ofHead,
    model,
    initialisers: model === null ? new Map() : storeInitialisers(store, stage, model),
    program: program?.program ?? null,
    weights: program === null ? [] : storeWeights(store, stage, program),
  };
}

/** Large float32 initialisers. Each has its own bytes, as ONNX readers expect. */
function storeInitialisers(store: WeightStore, stage: number, { graph }: OnnxModel): Map<string, StoredValues> {
  const initialisers = new Map<string, StoredValues>();
  const taken = new Set<StoredValues>();
  for (const tensor of graph.initializer) {
    const data = tensor.dataType === TensorProto_DataType.FLOAT ? floatsOf(tensor) : null;
    // A weights file holds finite values only.
    if (data === null || data.byteLength < leastExternalBytes || firstNotFinite(data) >= 0) continue;
    const values = { shape: tensorDims(tensor), data };
    const stored = store.add(stage, `graph.${tensor.name}`, values, (found) => !taken.has(found));
    taken.add(stored);
    initialisers.set(tensor.name, stored);
  }
  return initialisers;
}

function floatsOf(tensor: TensorProto): Float32Array | null {
  const values = floatingValues(tensor);
  return values === null || values instanceof Float32Array ? values : Float32Array.from(values);
}

/** Weights that are views of values that the stage stores anyway; the others are stored as they are. */
function storeWeights(store: WeightStore, stage: number, { weights }: TranslatedGraph): StoredStage['weights'] {
  const read = new Map<StoredValues, number>();
  return [...weights].map(([name, { shape, data, origin }]) => {
    // Readers refuse weights that hold more values together than their files.
    const hasLeft = (found: StoredValues): boolean => (read.get(found) ?? 0) + data.length <= found.data.length;
    const viewed = origin === undefined || data.length === 0 ? null : store.find(stage, origin.data, hasLeft);
    const values = viewed ?? store.add(stage, `program.${name}`, { shape, data }, hasLeft);
    read.set(values, (read.get(values) ?? 0) + data.length);
    return {
      weight: { name, shape, ...(viewed === null || origin === undefined ? {} : { view: origin.view }) },
      values,
    };
  });
}

/** Values of a head that are in a shared file, by their name in the head. */
function sharedHeadValues(
  head: ReadonlyMap<string, StoredValues>,
  nameOf: (values: StoredValues) => string,
): Readonly<Record<string, string>> {
  const named = [...head].map(([hint, values]) => [hint, nameOf(values)] as const);
  return Object.fromEntries(named.filter(([hint, name]) => hint !== name));
}

function withExternalData(
  model: OnnxModel,
  initialisers: ReadonlyMap<string, StoredValues>,
  placeOf: (values: StoredValues) => StoredPlace,
  folder: string,
): Uint8Array {
  const initializer = model.graph.initializer.map((tensor) => {
    const values = initialisers.get(tensor.name);
    return values === undefined ? tensor : externalTensor(tensor, placeOf(values), folder);
  });
  const graph = create(GraphProtoSchema, { ...model.graph, initializer });
  return writeModel({ ...model, graph, proto: create(ModelProtoSchema, { ...model.proto, graph }) });
}

function externalTensor({ name, dims, dataType }: TensorProto, place: StoredPlace, folder: string): TensorProto {
  const entries = { location: place.path.slice(folder.length), offset: place.offset, length: place.length };
  return create(TensorProtoSchema, {
    name,
    dims,
    dataType,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value: String(value) }),
    ),
  });
}
