// ONNX Runtime's own optimisations, as a function from graph to graph. The native runtime can write down what it has made of a model;
// only then is there a graph with the layouts of this machine's convolutions to cut.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RuntimeFailureError } from '@ztw/core';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { openSession } from '../ort/ort-session.ts';

/** Errors only: ONNX Runtime warns of files that are for one machine, which is what they are for. */
const errorsOnly = 3;

/**
 * Makes a function that optimises a graph for this machine, as `optimise` of `exportBundle` and `createExecutor`.
 * @param ort onnxruntime-node; onnxruntime-web does not write its graphs.
 * @returns from the bytes of an ONNX file to those of the optimised one, which this version of the runtime and this kind of processor
 *   can run.
 * @throws (the function) RuntimeFailureError where ONNX Runtime does not take the model or writes nothing.
 */
export function graphOptimiser(
  ort: OnnxRuntime,
  settings: SessionSettings = {},
): (model: Uint8Array) => Promise<Uint8Array> {
  return async (model) => {
    const folder = await mkdtemp(join(tmpdir(), 'ztw-optimised-'));
    try {
      const path = join(folder, 'model.onnx');
      const options = {
        ...settings.sessionOptions,
        optimizedModelFilePath: path,
        logSeverityLevel: errorsOnly,
      } as const;
      const session = await openSession(ort, model, { ...settings, sessionOptions: options }, 'the graph to optimise');
      await session.release();
      return new Uint8Array(await readFile(path));
    } catch (cause) {
      if (RuntimeFailureError.isInstance(cause)) throw cause;
      throw new RuntimeFailureError(
        `Expected ONNX Runtime to write its optimised graph into ${folder}, but: ${cause instanceof Error ? cause.message : String(cause)}. ` +
          'Only onnxruntime-node does so; leave the optimiser out elsewhere.',
        { cause },
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}
