// All that training needs of ONNX Runtime: everything that runs a network, with the same session settings.

import type { BundleReader, LoadedBundle } from '@ztw/bundle';
import type { GraphProbe, SegmentedBackbone } from '@ztw/core/runtime';
import { createSegmentedBackbone, type SegmentedBackboneOptions } from '../backbone/segmented-backbone.ts';
import { loadBundle } from '../bundle/load-bundle.ts';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { createGraphProbe } from '../probe/graph-probe.ts';
import { type WholeModel, type WholeModelOptions, wholeModel } from '../whole/whole-model.ts';

export interface OnnxBackendOptions {
  readonly ort: OnnxRuntime;
  /** Name and version, for reports. Default: `onnxruntime` and the version of the module. */
  readonly name?: string;
  /** What measured times depend on, in one line. Default: `name`. */
  readonly device?: string;
  /** Settings where one session is open at a time: the segments of a backbone during training. */
  readonly oneSession?: SessionSettings;
  /**
   * Settings where many sessions take turns, as the stages of a bundle, and for the network that they are timed
   * against.
   */
  readonly manySessions?: SessionSettings;
}

type WithoutRuntime<Options> = Omit<Options, 'ort' | keyof SessionSettings>;

/** ONNX Runtime with its settings, in the form of `OnnxBackend` of `@ztw/training/onnx`. */
export interface OnnxRuntimeBackend {
  readonly name: string;
  readonly device: string;
  readonly probe: GraphProbe;
  /** Opens the segments of a frozen backbone, as `createSegmentedBackbone` does. */
  segments(options: WithoutRuntime<SegmentedBackboneOptions>): SegmentedBackbone;
  /** Opens an uncut network with the settings of the stages. All measured times are compared with its time. */
  whole(options: WithoutRuntime<WholeModelOptions>): Promise<WholeModel>;
  /** Loads the stages of a bundle, as `loadBundle` does. */
  load(bundle: BundleReader): Promise<LoadedBundle>;
}

/** Makes the backend on which `trainBundle` of `@ztw/training/onnx` runs networks. */
export function onnxBackend({
  ort,
  oneSession = {},
  manySessions = {},
  ...names
}: OnnxBackendOptions): OnnxRuntimeBackend {
  const name = names.name ?? `onnxruntime ${ort.env.versions.common}`;
  return {
    name,
    device: names.device ?? name,
    probe: createGraphProbe({ ort, ...oneSession }),
    segments: (options) => createSegmentedBackbone({ ...options, ...oneSession, ort }),
    whole: (options) => wholeModel({ ...options, ...manySessions, ort }),
    load: (bundle) => loadBundle({ ...manySessions, ort, bundle }),
  };
}
