import { defineConfig, type UserConfig } from 'tsdown';

const config: UserConfig = defineConfig({
  entry: ['src/main.ts'],
  format: 'esm',
  platform: 'node',
  dts: false,
  // Optional, so tsdown would take it in; its native parts only load from its own package.
  external: ['onnxruntime-node'],
  sourcemap: true,
});

export default config;
