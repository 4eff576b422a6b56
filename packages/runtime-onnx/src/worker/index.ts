// What a worker script needs: this entry and an ONNX Runtime.

export type { MessageEndpoint } from '@ztw/core';
export type { ServeModelOptions } from './serve-model.ts';
export { serveModel } from './serve-model.ts';
