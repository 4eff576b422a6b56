// One ONNX Runtime session: opened from bytes, run by name, released once. ONNX Runtime throws plain Errors whose texts
// differ between its builds. Here they become typed errors that name the model.

import { InvalidInputError, RuntimeFailureError } from '@ztw/core';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { defaultSessionSettings, type OnnxRuntime, type SessionSettings } from './onnx-runtime.ts';
import { queueOf } from './runtime-queue.ts';

export interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** What ONNX Runtime knows about the outputs before a run; null from versions that do not report it. */
  readonly outputMetadata: readonly InferenceSession.ValueMetadata[] | null;
  /** @throws RuntimeFailureError when ONNX Runtime fails; its own error is the `cause`. */
  run(feeds: Readonly<Record<string, Tensor>>, outputs: readonly string[]): Promise<Readonly<Record<string, Tensor>>>;
  /** Frees the session. Call it once, when no run is under way. */
  release(): Promise<void>;
}

/**
 * Opens a session.
 * @param what The model's name for error messages, e.g. `stage 2`.
 * @throws RuntimeFailureError when ONNX Runtime refuses the model or lacks the execution provider.
 */
export async function openSession(
  ort: OnnxRuntime,
  bytes: Uint8Array,
  settings: SessionSettings,
  what: string,
): Promise<OrtSession> {
  const options = sessionOptions(ort, settings);
  const queue = queueOf(ort);
  let session: InferenceSession;
  try {
    session = await queue(() => ort.InferenceSession.create(bytes, options));
  } catch (cause) {
    throw new RuntimeFailureError(`ONNX Runtime could not open the model of ${what}: ${messageOf(cause)}`, {
      cause,
      path: what,
    });
  }
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    outputMetadata: session.outputMetadata ?? null,
    async run(feeds, outputs) {
      try {
        // ONNX Runtime itself refuses values that are not tensors.
        return (await queue(() => session.run(feeds, outputs))) as Readonly<Record<string, Tensor>>;
      } catch (cause) {
        throw new RuntimeFailureError(`ONNX Runtime failed while running ${what}: ${messageOf(cause)}`, {
          cause,
          path: what,
        });
      }
    },
    release: () => queue(() => session.release()),
  };
}

function sessionOptions(ort: OnnxRuntime, settings: SessionSettings): InferenceSession.SessionOptions {
  const threads = settings.threads ?? defaultSessionSettings.threads;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new InvalidInputError(
      `Expected a whole number of threads, at least 1; received ${threads}. Leave the setting out for one thread.`,
      { expected: 'a whole number from 1 on', received: threads, path: 'threads' },
    );
  }
  if (settings.threads !== undefined) {
    ort.env.wasm.numThreads = threads;
  }
  return {
    executionProviders: settings.executionProviders ?? defaultSessionSettings.executionProviders,
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    enableCpuMemArena: true,
    ...settings.sessionOptions,
  };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
