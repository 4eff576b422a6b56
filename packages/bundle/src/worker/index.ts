// Runtimes on another thread.

export {
  checkWorker,
  type ConnectWorkerOptions,
  connectWorker,
  type WorkerRuntime,
  workerStartMilliseconds,
} from './connect-worker.ts';
export { type ServeRuntimeOptions, serveRuntime } from './serve-runtime.ts';
