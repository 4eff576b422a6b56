import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineConfig, type UserConfig } from 'tsdown';
import { thirdPartyNotices } from '../../scripts/packages/notices.mjs';

const require = createRequire(import.meta.url);

/** A file of an installed package that its code opens at run time, beside itself. */
function fileOf(packageName: string, path: string): { from: string; to: string } {
  return { from: join(dirname(require.resolve(packageName)), path), to: 'dist' };
}

// All JavaScript is bundled, as far as it is used (docs/decisions/0013-one-package-for-the-command.md).
const config: UserConfig = defineConfig({
  entry: ['src/main.ts'],
  format: 'esm',
  platform: 'node',
  dts: false,
  external: ['onnxruntime-node', 'sharp'],
  inlineOnly: false,
  inputOptions: { resolve: { mainFields: ['module', 'main'] } },
  // ONNX Runtime and TensorFlow.js look for their WebAssembly beside their code.
  shims: true,
  copy: [
    fileOf('onnxruntime-web', 'ort-wasm-simd-threaded.mjs'),
    fileOf('onnxruntime-web', 'ort-wasm-simd-threaded.wasm'),
    fileOf('@tensorflow/tfjs-backend-wasm', 'tfjs-backend-wasm-simd.wasm'),
  ],
  plugins: [thirdPartyNotices(import.meta.dirname)],
});

export default config;
