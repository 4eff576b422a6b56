import { type OnnxRuntimeBackend, onnxBackend } from '@ztw/runtime-onnx';
import { deviceName } from '../bundle/device-profile-file.ts';
import type { LoadedRuntime } from './onnx-runtime.ts';

/** The loaded ONNX Runtime as trainings and measurements use it: a whole network has more threads than each of many stages. */
export function backendOf(runtime: LoadedRuntime): OnnxRuntimeBackend {
  const { ort, name, wholeSettings: oneSession, stagedSettings: manySessions } = runtime;
  return onnxBackend({ ort, name, device: deviceName(runtime), oneSession, manySessions });
}
