import { defineConfig, type UserConfig } from 'tsdown';

const config: UserConfig = defineConfig({
  entry: ['src/index.ts', 'src/worker/index.ts', 'src/node/index.ts'],
  format: 'esm',
  platform: 'neutral',
  dts: { oxc: true },
  // Declarations name Symbol.asyncDispose, which the library of older targets lacks.
  banner: { dts: '/// <reference lib="esnext.disposable" />' },
  sourcemap: true,
});

export default config;
