// Which ONNX Runtime the command uses. The native one is several times as fast, but cannot be installed everywhere.

import { availableParallelism } from 'node:os';
import { RuntimeFailureError } from '@ztw/core';
import { type DeviceRates, defaultRates } from '@ztw/core/evaluation';
import type { GraphOptimiser } from '@ztw/onnx-graph';
import type { OnnxRuntime, SessionSettings } from '@ztw/runtime-onnx';
import { graphOptimiser } from '@ztw/runtime-onnx/node';

export const runtimeChoices = ['auto', 'node', 'web'] as const;

/** `auto`: onnxruntime-node if it can be loaded, else onnxruntime-web on WebAssembly. */
export type RuntimeChoice = (typeof runtimeChoices)[number];

/** An ONNX Runtime module, loaded, with what is worth telling about it. */
export interface LoadedRuntime {
  /** Name and version, for reports: `onnxruntime-node 1.30.0`. */
  readonly name: string;
  readonly ort: OnnxRuntime;
  /** Typical speed with one thread, for predictions without a measurement. */
  readonly rates: DeviceRates;
  /** For networks that are one session: whole backbones and single segments. */
  readonly wholeSettings: SessionSettings;
  /** For staged networks: many sessions that take turns. */
  readonly stagedSettings: SessionSettings;
  /** Optimises a whole graph for this machine before it is parted at its exits; null where the runtime cannot. */
  readonly optimise: GraphOptimiser | null;
}

export interface RuntimeOptions {
  readonly choice: RuntimeChoice;
  /** Threads per session; null for the default: all cores up to four for a whole network, one for a staged one. */
  readonly threads: number | null;
}

const mostDefaultThreads = 4;

export interface LoadRuntimeOptions extends RuntimeOptions {
  /** Told when `auto` falls back to WebAssembly, and why. */
  readonly onNote: (text: string) => void;
  /** Default: import of `onnxruntime-node`. */
  readonly importNative?: () => Promise<NativeRuntime>;
}

type NativeRuntime = typeof import('onnxruntime-node');

/** @throws RuntimeFailureError when the runtime that was asked for cannot be loaded. */
export async function loadRuntime(options: LoadRuntimeOptions): Promise<LoadedRuntime> {
  const { choice, threads, onNote, importNative = () => import('onnxruntime-node') } = options;
  if (choice === 'web') return loadWeb(threads);
  try {
    return loadNode(await importNative(), threads);
  } catch (cause) {
    if (choice === 'auto') {
      onNote(fallbackNote(cause));
      return loadWeb(threads);
    }
    throw new RuntimeFailureError(
      'onnxruntime-node cannot be loaded here; install it, or use --runtime web (slower, runs everywhere)',
      { cause },
    );
  }
}

function fallbackNote(cause: unknown): string {
  const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  return `Note: networks run on WebAssembly, several times slower, because onnxruntime-node cannot be loaded: ${reason}. Install it beside the command (npm install onnxruntime-node), or choose --runtime web to leave this note out.`;
}

function loadNode(ort: NativeRuntime, threads: number | null): LoadedRuntime {
  const stagedSettings: SessionSettings = { threads: threads ?? 1, sessionOptions: { logSeverityLevel: 3 } };
  return {
    name: `onnxruntime-node ${ort.env.versions.node ?? ort.env.versions.common}`,
    ort,
    rates: defaultRates.native,
    wholeSettings: { threads: threads ?? defaultThreads(), sessionOptions: { logSeverityLevel: 3 } },
    stagedSettings,
    optimise: graphOptimiser(ort, stagedSettings),
  };
}

// On the web all sessions share one pool of threads, whose size is read once: both settings must agree.
async function loadWeb(threads: number | null): Promise<LoadedRuntime> {
  const ort = await import('onnxruntime-web');
  ort.env.logLevel = 'error';
  const settings: SessionSettings = { threads: threads ?? 1, sessionOptions: { logSeverityLevel: 3 } };
  return {
    name: `onnxruntime-web ${ort.env.versions.web ?? ort.env.versions.common} (WebAssembly)`,
    ort,
    rates: defaultRates.wasm,
    wholeSettings: settings,
    stagedSettings: settings,
    optimise: null,
  };
}

function defaultThreads(): number {
  return Math.min(mostDefaultThreads, availableParallelism());
}
