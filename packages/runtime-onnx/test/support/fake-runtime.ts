// A small fake of ONNX Runtime that records when sessions are opened, run and released.

import { Tensor } from 'onnxruntime-common';
import type { OnnxRuntime } from '../../src/index.ts';

export interface FakeSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Computes all outputs; may throw or wait. */
  readonly run: (feeds: Readonly<Record<string, Tensor>>) => Record<string, Tensor> | Promise<Record<string, Tensor>>;
}

export interface FakeRuntime {
  readonly ort: OnnxRuntime;
  /** `open a`, `run a`, `release a`, with the model's name. */
  readonly log: string[];
  /** Session options of each open, in order. */
  readonly options: Record<string, unknown>[];
}

/** @param models Sessions by the text in a model's bytes. */
export function fakeRuntime(models: Readonly<Record<string, FakeSession>>): FakeRuntime {
  const log: string[] = [];
  const options: Record<string, unknown>[] = [];
  const create = async (bytes: Uint8Array, sessionOptions: Record<string, unknown>) => {
    const name = new TextDecoder().decode(bytes.subarray(2));
    const model = models[name];
    if (model === undefined) {
      throw new Error('protobuf parsing failed');
    }
    log.push(`open ${name}`);
    options.push(sessionOptions);
    let released = false;
    return {
      inputNames: model.inputNames,
      outputNames: model.outputNames,
      async run(feeds: Readonly<Record<string, Tensor>>) {
        if (released) {
          throw new Error('session already released');
        }
        log.push(`run ${name}`);
        return model.run(feeds);
      },
      async release() {
        if (released) {
          throw new Error('released twice');
        }
        released = true;
        log.push(`release ${name}`);
      },
    };
  };
  const ort = { InferenceSession: { create }, Tensor, env: { wasm: {} } } as unknown as OnnxRuntime;
  return { ort, log, options };
}

/** Bytes of a model that the fake runtime finds by name. */
export function fakeModel(name: string): Uint8Array {
  const text = new TextEncoder().encode(name);
  // The field doc_string, so that the bytes are an ONNX message.
  return Uint8Array.of(0x32, text.length, ...text);
}
