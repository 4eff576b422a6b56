import { defineConfig, type UserConfig } from 'tsdown';
import { thirdPartyNotices } from '../../scripts/packages/notices.mjs';

const config: UserConfig = defineConfig({
  entry: ['src/index.ts', 'src/evaluation/index.ts', 'src/runtime/index.ts', 'src/testing/index.ts'],
  format: 'esm',
  platform: 'neutral',
  dts: { oxc: true },
  // Declarations name Symbol.asyncDispose, which the library of older targets lacks.
  banner: { dts: '/// <reference lib="esnext.disposable" />' },
  sourcemap: true,
  // Bundled on purpose: core must not have a dependency at run time.
  inlineOnly: ['valibot'],
  plugins: [thirdPartyNotices(import.meta.dirname)],
});

export default config;
