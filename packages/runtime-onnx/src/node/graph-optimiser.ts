// The optimisations of ONNX Runtime as a function from graph to graph. Only the native runtime can write the graph that
// it has optimised, with the convolution layouts of this machine.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RuntimeFailureError } from '@ztw/core';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { openSession } from '../ort/ort-session.ts';

/** Errors only. ONNX Runtime warns that the file fits one kind of machine, which is intended here. */
const errorsOnly = 3;

/**
 * Makes a function that optimises a graph for this machine, as `optimise` of `exportBundle` and `createExecutor`.
 * @param ort onnxruntime-node; onnxruntime-web does not write its graphs.
 * @returns a function from the bytes of an ONNX file to the bytes of the optimised file. Only this version of the
 *   runtime on this kind of processor can run that file. The function throws RuntimeFailureError where ONNX Runtime
 *   refuses the model or writes no file.
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
        `Expected an optimised graph from ONNX Runtime in ${folder}; received none: ` +
          `${cause instanceof Error ? cause.message : String(cause)}. Only onnxruntime-node writes one; leave the optimiser out elsewhere.`,
        { cause, path: folder },
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}
