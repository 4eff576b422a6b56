import { defineConfig, type UserConfig } from 'tsdown';

const config: UserConfig = defineConfig({
  entry: ['src/index.ts', 'src/worker/index.ts'],
  format: 'esm',
  platform: 'neutral',
  dts: { oxc: true },
  sourcemap: true,
  // Bundled on purpose: it checks files, and nobody should have to install it.
  inlineOnly: ['valibot'],
});

export default config;
