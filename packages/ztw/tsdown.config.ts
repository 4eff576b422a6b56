import { defineConfig, type UserConfig } from 'tsdown';

const config: UserConfig = defineConfig({
  entry: ['src/index.ts', 'src/node.ts', 'src/worker/index.ts', 'src/pixels/index.ts'],
  format: 'esm',
  platform: 'neutral',
  dts: { oxc: true },
  // Declarations name Symbol.asyncDispose, which the library of older targets lacks.
  banner: { dts: '/// <reference lib="esnext.disposable" />' },
  sourcemap: true,
  // Only the entry for Node imports them.
  external: [/^node:/],
});

export default config;
