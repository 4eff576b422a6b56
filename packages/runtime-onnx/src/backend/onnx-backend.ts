// ONNX Runtime as a training sees it: everything that runs a network, with sessions made in one way.

import type { BundleReader, LoadedBundle } from '@ztw/bundle';
import type { GraphProbe, SegmentedBackbone } from '@ztw/core/runtime';
import { createSegmentedBackbone, type SegmentedBackboneOptions } from '../backbone/segmented-backbone.ts';
import { loadBundle } from '../bundle/load-bundle.ts';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { createGraphProbe } from '../probe/graph-probe.ts';
import { type WholeModel, type WholeModelOptions, wholeModel } from '../whole/whole-model.ts';

export interface OnnxBackendOptions {
  readonly ort: OnnxRuntime;
  /** Name and version, for reports. Default `onnxruntime`, with the version that the module tells. */
  readonly name?: string;
  /** What measured times depend on, in one line. Default: `name`. */
  readonly device?: string;
  /** For a network in one session: the segments of a training, one at a time. */
  readonly oneSession?: SessionSettings;
  /** For many sessions that take turns, and for all that is timed beside them. */
  readonly manySessions?: SessionSettings;
}

type WithoutRuntime<Options> = Omit<Options, 'ort' | keyof SessionSettings>;

/** ONNX Runtime with its settings: what `OnnxBackend` of `@ztw/training/onnx` asks for. */
export interface OnnxRuntimeBackend {
  readonly name: string;
  readonly device: string;
  readonly probe: GraphProbe;
  /** The segments of a frozen backbone, as `createSegmentedBackbone`. */
  segments(options: WithoutRuntime<SegmentedBackboneOptions>): SegmentedBackbone;
  /** A network uncut, with the settings that stages get: the yardstick of every measured time. */
  whole(options: WithoutRuntime<WholeModelOptions>): Promise<WholeModel>;
  /** The stages of a bundle, as `loadBundle`. */
  load(bundle: BundleReader): Promise<LoadedBundle>;
}

/** Makes what `trainBundle` of `@ztw/training/onnx` runs networks on. */
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
