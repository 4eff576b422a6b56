// One queue per ONNX Runtime module. The browser builds that suspend WebAssembly (the root entry of onnxruntime-web)
// fail with "Session already started" or "Session mismatch" when two calls overlap, even on different sessions. The
// other builds compute on the calling thread, so a queue costs them nothing. The queue belongs to the injected module,
// not to this package: a WeakMap finds it by that module.

import type { OnnxRuntime } from './onnx-runtime.ts';
import { createSerial } from './serial.ts';

type RuntimeQueue = ReturnType<typeof createSerial>;

const queues = new WeakMap<OnnxRuntime, RuntimeQueue>();

/** The queue that every call into this ONNX Runtime goes through. */
export function queueOf(ort: OnnxRuntime): RuntimeQueue {
  const known = queues.get(ort);
  if (known !== undefined) {
    return known;
  }
  const queue = createSerial();
  queues.set(ort, queue);
  return queue;
}
